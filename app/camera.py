"""Takes pictures of a window and its parts, each when it has come to rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from app.window import MainWindow

PATIENCE_S = 300.0
_SETTLED_S = 0.3


@dataclass(frozen=True)
class Camera:
    """Pictures go to `outdir`, as PNG files whose names end in `suffix`."""

    application: QApplication
    window: MainWindow
    outdir: Path
    suffix: str = ""

    def wait(self, done: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        """Let the window work until something is so, at most so long."""
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            self.application.processEvents()
            time.sleep(0.005)

    def rest(self, seconds: float) -> None:
        """Let the window work."""
        self.wait(lambda: False, seconds)

    def keep(
        self, name: str, widget: QWidget | None = None, *, settled_s: float = _SETTLED_S
    ) -> None:
        """Take a picture of a widget (by default of the window) once it has had time to settle."""
        self.rest(settled_s)
        (widget or self.window).grab().save(str(self.outdir / f"{name}{self.suffix}.png"))

    def front(self, panel: str) -> None:
        """Bring a panel to the front."""
        self.window.workspace.panels[panel].show()
        self.window.workspace.panels[panel].raise_()
