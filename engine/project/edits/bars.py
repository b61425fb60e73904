"""The edit of how a session is counted."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.project.bars import Bars
from engine.project.checks import check_bars
from engine.project.edits.base import EditBase
from engine.project.model import Project


class SetBars(EditBase, frozen=True, kw_only=True, tag="set_bars"):
    """Set tempo, meter and where bar 1 begins."""

    text: ClassVar[str] = "Tempo and meter"
    bars: Bars

    def apply(self, project: Project) -> Project:
        check_bars(self.bars)
        return structs.replace(project, bars=self.bars)
