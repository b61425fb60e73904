"""A part of a take made anew: another seed inside the selection, the rest as it is."""

from __future__ import annotations

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.errors import ProjectError
from engine.jobs import Progress, silent_progress
from engine.pipeline.film_pictures import film_of
from engine.pipeline.recipes import REMADE, event_of, spliced
from engine.pipeline.sounding import settled, sound_of
from engine.project.edits import AddTake, EditGroup, SetClipTake
from engine.project.media_folder import MediaFolder
from engine.project.model import Project, Recipe, Take, TakeId

_LEAST_S = 0.1


def remake_section(
    project: Project,
    media: MediaFolder,
    clip_id: str,
    start_s: float,
    end_s: float,
    seed: int | None = None,
    progress: Progress = silent_progress,
) -> EditGroup:
    """Make a part of what a clip sounds anew; the rest stays as it is, sample for sample.

    Parameters
    ----------
    start_s, end_s : float
        Seconds of the timeline; what of them is outside the clip does not count.
    seed : int, optional
        Of the new part; by default one that was not used yet.

    Returns
    -------
    EditGroup
        Adds the new take and lets the clip sound it; the earlier take stays.

    Raises
    ------
    ProjectError
        If the take was not generated, the part is shorter than 0.1 s or outside the clip, or the
        result would be the same sound.
    PluginError, ScriptError, LibraryError
        If the sound cannot be made.
    CancelledError
        From `progress`.
    """
    clip = project.clip(clip_id)
    take = project.take(clip.take_id)
    if take.recipe is None:
        raise ProjectError(
            f"'{take.name}' was not generated", remedy="only generated takes can be made anew"
        )
    part_s = _part_of_take(start_s, end_s, clip.start_s - clip.offset_s, take.duration_s)
    progress("making the part anew", 0.0)
    recipe = _with_part(take.recipe, *part_s, _unused_seed(project, take) if seed is None else seed)
    event = settled(event_of(recipe, _layer(project, take)), film_of(project))
    other, _ = sound_of(
        structs.replace(event, seed=int(recipe.parameters[REMADE][-1][2])), take.sample_rate_hz
    )
    progress("joining", 0.8)
    kept, _ = media.audio(take.audio)
    if kept.shape != other.shape:
        raise ProjectError(
            f"the new part has {other.shape[0]} channels, the take {kept.shape[0]}",
            place=take.name,
            remedy="make another take of the whole event",
        )
    audio = spliced(np.asarray(kept), other, *part_s, take.sample_rate_hz)
    new = _kept_take(take, recipe, audio, media)
    if any(known.id == new.id for known in project.takes):
        raise ProjectError("the part sounds the same with that seed", remedy="try another one")
    return EditGroup(
        name="Remake part of a take",
        edits=(AddTake(take=new), SetClipTake(clip_id=clip.id, take_id=new.id)),
    )


def _layer(project: Project, take: Take) -> str:
    return next((event.layer for event in project.events if event.id == take.event_id), "")


def _part_of_take(
    start_s: float, end_s: float, take_starts_s: float, duration_s: float
) -> tuple[float, float]:
    """The part in the take's own time, within it."""
    first_s = max(start_s - take_starts_s, 0.0)
    last_s = min(end_s - take_starts_s, duration_s)
    if last_s - first_s < _LEAST_S:
        raise ProjectError(
            f"{start_s:g} to {end_s:g} s is no part of the clip that could be made anew",
            remedy=f"select at least {_LEAST_S:g} s of it",
        )
    return round(first_s, 6), round(last_s, 6)


def _with_part(recipe: Recipe, start_s: float, end_s: float, seed: int) -> Recipe:
    parts = [*recipe.parameters.get(REMADE, []), [start_s, end_s, seed]]
    return structs.replace(recipe, parameters={**recipe.parameters, REMADE: parts})


def _unused_seed(project: Project, take: Take) -> int:
    """A seed that no take of the event, and no part of one, was made with."""
    assert take.recipe is not None
    used = set()
    for other in project.takes:
        if other.event_id == take.event_id and other.recipe is not None:
            used |= {other.recipe.seed}
            used |= {int(part[2]) for part in other.recipe.parameters.get(REMADE, [])}
    seed = take.recipe.seed + 7_919
    while seed in used:
        seed += 7_919
    return seed


def _kept_take(take: Take, recipe: Recipe, audio: NDArray[np.float32], media: MediaFolder) -> Take:
    content = media.put_audio(audio, take.sample_rate_hz)
    section = take.id.rpartition("-")[0] or take.id
    return structs.replace(
        take,
        id=TakeId(f"{section}-{content[:8]}"),
        audio=content,
        samples=audio.shape[1],
        recipe=recipe,
        locked=False,
    )
