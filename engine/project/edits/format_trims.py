"""Edits of the trims that formats have on top of the master fader."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.project.checks import check_format_trim
from engine.project.edits.base import EditBase
from engine.project.model import Project
from engine.project.scene import FormatTrim


class SetFormatTrim(EditBase, frozen=True, kw_only=True, tag="set_format_trim"):
    """Set how much louder a format is than the master fader says."""

    text: ClassVar[str] = "Format trim"
    format_name: str
    gain_db: float

    @property
    def coalesce_key(self) -> str | None:
        return f"SetFormatTrim:{self.format_name}"

    def apply(self, project: Project) -> Project:
        trim = _trim_of(project, self.format_name)
        return _with_trim(project, structs.replace(trim, gain_db=self.gain_db, provenance="hand"))


class ReturnFormatTrim(EditBase, frozen=True, kw_only=True, tag="return_format_trim"):
    """Give a format's trim back: where composing has put it (0 dB where it never did)."""

    text: ClassVar[str] = "Composed format trim"
    format_name: str

    def apply(self, project: Project) -> Project:
        trim = _trim_of(project, self.format_name)
        back = structs.replace(trim, gain_db=trim.composed_db, provenance="machine")
        return _with_trim(project, back)


class ApplyFormatTrims(EditBase, frozen=True, kw_only=True, tag="apply_format_trims"):
    """Set formats' trims to where each has its loudness; those that a hand has set stay."""

    text: ClassVar[str] = "Level the formats"
    gains_db: dict[str, float]

    def apply(self, project: Project) -> Project:
        for name, gain_db in self.gains_db.items():
            trim = structs.replace(_trim_of(project, name), composed_db=gain_db)
            if trim.provenance == "machine":
                trim = structs.replace(trim, gain_db=gain_db)
            project = _with_trim(project, trim)
        return project


def _trim_of(project: Project, format_name: str) -> FormatTrim:
    for trim in project.scene.format_trims:
        if trim.format_name == format_name:
            return trim
    return FormatTrim(format_name=format_name, gain_db=0.0)


def _with_trim(project: Project, trim: FormatTrim) -> Project:
    check_format_trim(trim, "format trim")
    others = (t for t in project.scene.format_trims if t.format_name != trim.format_name)
    trims = tuple(sorted((*others, trim), key=lambda t: t.format_name))
    return structs.replace(project, scene=structs.replace(project.scene, format_trims=trims))
