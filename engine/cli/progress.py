"""Progress for a terminal: one line that is rewritten, or a line a stage when it is no terminal."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from engine.cli.stopping import stop_if_asked
from engine.compilation import WORDS, CompilationWatch

_REDRAW_INTERVAL_S = 0.1
_BAR_CELLS = 24


class TerminalProgress:
    """A `Progress` that writes to stderr (stdout is for reports) and ends the work when asked to.

    A stage that waits for loops to be compiled says so.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._rewrites = self._stream.isatty()
        self._stage = ""
        self._drawn_at = 0.0
        self._fraction = 0.0
        self._compiles = False
        self._compilation = CompilationWatch(self._compiling)

    def __call__(self, stage: str, fraction: float) -> None:
        stop_if_asked()
        self._compilation.look()
        new_stage = stage != self._stage
        self._stage, self._fraction = stage, fraction
        self._compiles = self._compiles and not new_stage
        self._show(stage, fraction, new_stage)

    def _compiling(self) -> None:
        self._show(f"{self._stage} ({WORDS})".lstrip(), self._fraction, not self._compiles)
        self._compiles = True

    def _show(self, stage: str, fraction: float, is_new: bool) -> None:
        if self._rewrites:
            now = time.monotonic()
            if is_new or now - self._drawn_at >= _REDRAW_INTERVAL_S:
                self._drawn_at = now
                filled = round(min(max(fraction, 0.0), 1.0) * _BAR_CELLS)
                bar = "█" * filled + "·" * (_BAR_CELLS - filled)
                self._stream.write(f"\r\x1b[2K{bar} {stage}")
                self._stream.flush()
        elif is_new:
            self._stream.write(f"{stage}\n")
            self._stream.flush()

    def tell(self, line: str) -> None:
        """A line that stays, above what is rewritten."""
        self._clear()
        self._stream.write(f"{line}\n")
        self._stream.flush()

    def close(self) -> None:
        """Leave the cursor on a clean line."""
        self._compilation.close()
        self._clear()

    def _clear(self) -> None:
        if self._rewrites and self._stage:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
