"""Automation that goes along with clips, as edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.project.carrying import Journey, Parameter, carried
from engine.project.edits import Edit, SetGainCurve, SetOcclusion, SetWidth
from engine.project.model import Curve, Project

_EDITS: dict[Parameter, Callable[[str, Curve], Edit]] = {
    "gain_curve_db": lambda track_id, curve: SetGainCurve(track_id=track_id, curve=curve),
    "occlusion": lambda track_id, curve: SetOcclusion(track_id=track_id, curve=curve),
    "width_deg": lambda track_id, curve: SetWidth(track_id=track_id, curve=curve),
}


def carrying_edits(
    source: Project, target: Project, journeys: Sequence[Journey], *, copy: bool
) -> list[Edit]:
    """Edits of the curves that clips take along from `source` to `target`.

    For one drag they always are edits of the same curves, so that they remain one step of the
    history, and what the drag has left again is put back.
    """
    curves = carried(source, target, journeys, copy=copy)
    return [_EDITS[name](track_id, curve) for (track_id, name), curve in curves.items()]
