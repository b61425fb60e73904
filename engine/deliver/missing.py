"""A delivery does not leave out what should be heard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.errors import DeliveryError, FoleystageError
from engine.project.model import ContentHash, Project, Take
from engine.render.takes import open_take


def refuse_missing(
    project: Project,
    audio_path: Callable[[ContentHash], Path],
    concerns: Callable[[Take], bool] = lambda take: True,
) -> None:
    """Refuse a project in which a clip that should sound has no sound.

    Clips that are muted, or on tracks that are muted or not soloed where others are, may miss
    theirs.

    Parameters
    ----------
    audio_path : callable
        File of a take's audio.
    concerns : callable
        Which takes to look at; all of them where nothing is said.

    Raises
    ------
    DeliveryError
        Naming the first such clip, its file and how many others there are.
    """
    lacking: dict[str, tuple[str, FoleystageError]] = {}
    soloed = any(track.strip.soloed for track in project.tracks)
    for track in project.tracks:
        if track.strip.muted or (soloed and not track.strip.soloed):
            continue
        for clip in project.clips_of(track.id):
            take = project.take(clip.take_id)
            if clip.muted or take.id in lacking or not concerns(take):
                continue
            try:
                open_take(audio_path(take.audio), project.sample_rate_hz)
            except FoleystageError as error:
                lacking[take.id] = clip.name, error
    if lacking:
        name, reason = next(iter(lacking.values()))
        others = f" (and {len(lacking) - 1} more takes)" if len(lacking) > 1 else ""
        raise DeliveryError(
            f"clip '{name}' would be silent: {reason.problem}{others}",
            place=reason.place,
            remedy="put the file back, open the session to make the sound again, or mute the clip; "
            "`run` and `export` with --allow-missing leave it silent",
        ) from reason
