"""Generated takes whose files are gone, made again from their recipes.

The same version of a generator makes the same samples, so that the file is back in its place and
nothing in the session changes. Another version may make others: then the take is a new one, and
the clips sound it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.errors import FoleystageError, MediaError, ProjectError
from engine.jobs import Progress, silent_progress
from engine.media.lost_files import lost_files
from engine.pipeline.recipes import sound_again
from engine.project.edits import AddTake, Edit, EditGroup, SetClipTake
from engine.project.media_folder import MediaFolder
from engine.project.model import ContentHash, Project, Take, TakeId


@dataclass(frozen=True)
class MadeAgain:
    """What became of lost takes.

    Attributes
    ----------
    restored : tuple of ContentHash
        Sounds that are in their places again, to the bit.
    edit : EditGroup, optional
        Lets clips sound the takes that came out otherwise than before.
    failed : tuple of str
        Takes that cannot be made again, each with its reason.
    """

    restored: tuple[ContentHash, ...] = ()
    edit: EditGroup | None = None
    failed: tuple[str, ...] = ()


def make_again(
    project: Project, media: MediaFolder, progress: Progress = silent_progress
) -> MadeAgain:
    """Make the generated takes again that clips use and the bundle lacks.

    Raises
    ------
    ProjectError
        If the disk refuses.
    CancelledError
        From `progress`; what was made by then stays.
    """
    lost = [take for take in lost_files(project, media).sounds if take.recipe is not None]
    restored: list[ContentHash] = []
    edits: list[Edit] = []
    failed: list[str] = []
    for number, take in enumerate(lost):
        progress("making sounds again", number / len(lost))
        try:
            made = _made(project, take, media)
        except FoleystageError as error:
            failed.append(f"{take.name}: {error.problem}")
            continue
        if made.audio == take.audio:
            restored.append(take.audio)
        else:
            edits += _exchange(project, take, made)
    edit = EditGroup(name="Make lost sounds again", edits=tuple(edits)) if edits else None
    return MadeAgain(tuple(restored), edit, tuple(failed))


def _made(project: Project, take: Take, media: MediaFolder) -> Take:
    assert take.recipe is not None
    layer = next((event.layer for event in project.events if event.id == take.event_id), "")
    audio, recipe = sound_again(take.recipe, take.sample_rate_hz, layer)
    content = media.put_audio(audio, take.sample_rate_hz)
    if content == take.audio:
        _put_whole(audio, take, media)
        return take
    if take.locked:
        raise ProjectError("it is locked, and its generator makes another sound of it today")
    return structs.replace(
        take,
        id=TakeId(f"{take.id}-{content[:8]}"),
        audio=content,
        channels=audio.shape[0],
        samples=audio.shape[1],
        recipe=recipe,
        locked=False,
    )


def _put_whole(audio: NDArray[np.float32], take: Take, media: MediaFolder) -> None:
    """A file of that name that is cut short gives way to the whole one."""
    try:
        media.audio(take.audio)
    except MediaError:
        media.audio_path(take.audio).unlink()
        media.put_audio(audio, take.sample_rate_hz)


def _exchange(project: Project, take: Take, made: Take) -> list[Edit]:
    """Edits after which the clips of a take sound the one that was made in its place."""
    edits: list[Edit] = []
    if all(known.id != made.id for known in project.takes):
        edits.append(AddTake(take=made))
    clips = [clip for clip in project.clips if clip.take_id == take.id]
    return [*edits, *(SetClipTake(clip_id=clip.id, take_id=made.id) for clip in clips)]
