"""Automation that travels with clips: what is drawn under a clip goes where the clip goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.project.curves import cut_out, has_points, laid_over, piece_of
from engine.project.model import Clip, Curve, Project, Track

Parameter = Literal["gain_curve_db", "occlusion", "width_deg"]
PARAMETERS: tuple[Parameter, ...] = ("gain_curve_db", "occlusion", "width_deg")
REST = 0.0
"""What every parameter is where nothing is drawn."""


@dataclass(frozen=True)
class Journey:
    """A clip as it was, and where it is now."""

    clip: Clip
    shift_s: float
    track_id: str


@dataclass(frozen=True)
class _Stretch:
    from_s: float
    to_s: float
    shift_s: float
    home: str
    target: str


def carried(
    source: Project, target: Project, journeys: Sequence[Journey], *, copy: bool
) -> dict[tuple[str, Parameter], Curve]:
    """Curves of all tracks that can be touched, by track and parameter.

    Parameters
    ----------
    source : Project
        Where the clips come from; its curves are read.
    target : Project
        What the clips come to; its curves are changed. Often the same value.
    journeys : sequence of Journey
        Clips that lie side by side travel in one piece.
    copy : bool
        Whether the automation also stays where it was.

    The answer is empty where nothing is drawn under the clips; else it has every track of the
    target for each parameter that is, so that the answers to one drag name the same curves.
    """
    stretches = _stretches(journeys)
    touched: dict[tuple[str, Parameter], Curve] = {}
    homes: dict[str, Track] = {track.id: track for track in source.tracks}
    for parameter in PARAMETERS:
        read = _reader(parameter)
        drawn = [
            s for s in stretches
            if s.home in homes and has_points(read(homes[s.home]), s.from_s, s.to_s)
        ]  # fmt: skip
        if not drawn:
            continue
        curves: dict[str, Curve] = {
            track.id: read(track) for track in target.tracks if _can(track, parameter)
        }
        if not copy:
            for s in drawn:
                if s.home in curves:
                    curves[s.home] = cut_out(curves[s.home], s.from_s, s.to_s, REST)
        _lay(curves, drawn, homes, read)
        touched |= {(track_id, parameter): curve for track_id, curve in curves.items()}
    return touched


def _lay(
    curves: dict[str, Curve], drawn: Sequence[_Stretch], homes: dict[str, Track],
    read: Callable[[Track], Curve],
) -> None:  # fmt: skip
    """Lay what was drawn under the clips over the curves of the tracks that they come to."""
    for s in drawn:
        if s.target in curves:
            piece = piece_of(read(homes[s.home]), s.from_s, s.to_s, REST)
            moved = tuple((time_s + s.shift_s, value) for time_s, value in piece)
            curves[s.target] = laid_over(curves[s.target], moved, REST)


def _reader(parameter: Parameter) -> Callable[[Track], Curve]:
    def read(track: Track) -> Curve:
        curve: Curve = getattr(track, parameter)
        return curve

    return read


def _can(track: Track, parameter: Parameter) -> bool:
    return track.kind == "object" or parameter == "gain_curve_db"


def _stretches(journeys: Sequence[Journey]) -> list[_Stretch]:
    """Spans of the clips; those that touch and travel alike are one."""
    done: list[_Stretch] = []
    order = sorted(journeys, key=lambda j: (j.clip.track_id, j.track_id, j.shift_s, j.clip.start_s))
    for one in order:
        clip = one.clip
        fresh = _Stretch(
            clip.start_s, clip.start_s + clip.duration_s, one.shift_s, clip.track_id, one.track_id
        )
        last = done[-1] if done else None
        alike = last is not None and (last.home, last.target, last.shift_s) == (
            fresh.home, fresh.target, fresh.shift_s
        )  # fmt: skip
        if last is not None and alike and fresh.from_s <= last.to_s:
            to_s = max(last.to_s, fresh.to_s)
            fresh = _Stretch(last.from_s, to_s, last.shift_s, last.home, last.target)
            done.pop()
        done.append(fresh)
    return done
