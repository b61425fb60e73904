"""The master gain: a small fader with its value."""

from __future__ import annotations

from app.views.timeline.header_painting import LOWEST_DB, FaderScale
from app.views.transport.fader import SmallFader
from app.words import tr
from engine.project.edits import Edit, ReturnMasterGain, SetMasterGain
from engine.project.limits import LOUDEST_MASTER_DB
from engine.project.model import Project

_SCALE = FaderScale(highest_db=LOUDEST_MASTER_DB, unity_share=0.5)
"""The gain that a composed session needs to be as loud as its delivery has room above 0 dB."""


class MasterGain(SmallFader):
    """Drag or turn the wheel; a double-click gives the composed value back."""

    def __init__(self) -> None:
        super().__init__("Master", _SCALE, LOWEST_DB, LOUDEST_MASTER_DB)
        self.setAccessibleName(tr("Master gain"))
        self.setToolTip(
            tr(
                "Master gain: drag, with Shift finely. Composing sets it so that the mix is heard "
                "as loud as it is delivered; what you set stays, a double-click "
                "gives that value back."
            )
        )

    def edit(self, gain_db: float) -> Edit:
        return SetMasterGain(gain_db=gain_db)

    def edit_back(self) -> Edit:
        return ReturnMasterGain()

    def set_project(self, project: Project) -> None:
        """Show another project's master gain."""
        self.set_gain(project.master.gain_db)
