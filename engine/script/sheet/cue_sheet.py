"""The script as a cue sheet: by track, what comes in and goes out when, in timecode.

The form that Foley stages and mixers work from: one cue a line, in order of time under its track.
"""

from __future__ import annotations

from fractions import Fraction

from engine.media.timecode import format_timecode
from engine.project.model import Event, Project

_USUAL_RATE = Fraction(25)
_WIDTHS = (13, 13, 6, 16, 12)


def cue_sheet(project: Project) -> str:
    """The cue sheet as text; muted lines are marked, tracks without lines left out."""
    rate = project.video.rate if project.video else _USUAL_RATE
    lines = [
        f"CUE SHEET  {project.title}",
        f"{_count(len(project.events), 'cue')}, {float(rate):g} pictures a second",
        "",
        _row("IN", "OUT", "HITS", "CATEGORY", "LEVEL", "SOUND"),
    ]
    for track in project.tracks:
        own = sorted(
            (event for event in project.events if event.track_id == track.id),
            key=lambda event: (event.start_s, event.id),
        )
        if own:
            place = "  (off screen)" if track.off_screen else ""
            lines += ["", f"{track.name}{place}", *(_cue(event, rate) for event in own)]
    return "\n".join(lines) + "\n"


def _cue(event: Event, rate: Fraction) -> str:
    end_s = event.start_s + event.duration_s
    sound = f"{event.prompt or event.layer}{'  [muted]' if event.muted else ''}"
    return _row(
        format_timecode(event.start_s, rate),
        format_timecode(end_s, rate),
        str(len(event.onsets_s)) if event.onsets_s else "-",
        event.category or "-",
        f"{event.level_db:+.1f} dB",
        " ".join(sound.split()),
    )


def _row(*cells: str) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=False)]
    return "".join([*padded, cells[-1]]).rstrip()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
