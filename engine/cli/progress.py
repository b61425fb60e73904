"""Progress for a terminal: one line that is rewritten, or a line a stage when it is no terminal."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_REDRAW_INTERVAL_S = 0.1
_BAR_CELLS = 24


class TerminalProgress:
    """A `Progress` that writes to stderr: stdout is for reports."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._rewrites = self._stream.isatty()
        self._stage = ""
        self._drawn_at = 0.0

    def __call__(self, stage: str, fraction: float) -> None:
        new_stage = stage != self._stage
        self._stage = stage
        if self._rewrites:
            now = time.monotonic()
            if new_stage or now - self._drawn_at >= _REDRAW_INTERVAL_S:
                self._drawn_at = now
                filled = round(min(max(fraction, 0.0), 1.0) * _BAR_CELLS)
                bar = "█" * filled + "·" * (_BAR_CELLS - filled)
                self._stream.write(f"\r\x1b[2K{bar} {stage}")
                self._stream.flush()
        elif new_stage:
            self._stream.write(f"{stage}\n")
            self._stream.flush()

    def tell(self, line: str) -> None:
        """A line that stays, above what is rewritten."""
        self.close()
        self._stream.write(f"{line}\n")
        self._stream.flush()

    def close(self) -> None:
        """Leave the cursor on a clean line."""
        if self._rewrites and self._stage:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
