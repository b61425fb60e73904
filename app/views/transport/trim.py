"""The trim of the format one listens in, on top of the master gain."""

from __future__ import annotations

from app.views.timeline.header_painting import FaderScale
from app.views.transport.fader import SmallFader
from app.words import said, tr
from engine.project.edits import Edit, ReturnFormatTrim, SetFormatTrim
from engine.project.format_trims import trim_db
from engine.project.limits import MOST_TRIM_DB
from engine.project.model import Project
from engine.project.scene import Scene

_SCALE = FaderScale(highest_db=MOST_TRIM_DB, unity_share=0.5)
_WIDTH_PX = 88


class FormatTrimFader(SmallFader):
    """How much louder than the master says the monitored format is, here and in its file."""

    def __init__(self) -> None:
        super().__init__("Trim", _SCALE, -MOST_TRIM_DB, MOST_TRIM_DB, _WIDTH_PX)
        self._format, self._scene = "binaural", Scene()
        self.setAccessibleName(tr("Trim of the monitor format"))
        self._show()

    def edit(self, gain_db: float) -> Edit:
        within_db = min(max(gain_db, -MOST_TRIM_DB), MOST_TRIM_DB)
        return SetFormatTrim(format_name=self._format, gain_db=within_db)

    def edit_back(self) -> Edit:
        return ReturnFormatTrim(format_name=self._format)

    def set_project(self, project: Project) -> None:
        """Show another project's trim of the format."""
        self._scene = project.scene
        self._show()

    def set_format(self, name: str) -> None:
        """Show the trim of another format."""
        self._format = name
        self._show()

    def _show(self) -> None:
        self.setToolTip(
            said(
                "{format} is this much louder than the master says, heard and delivered: drag, "
                "with Shift finely, double-click for what composing has found.",
                format=self._format,
            )
        )
        self.set_gain(trim_db(self._scene, self._format))
