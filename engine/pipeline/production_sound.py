"""The film's own sound, made binaural by what its picture shows, as a take of the session.

The take is for two ears (`engine.render.ear_sources`): it is heard as the network made it, and no
HRIR, room or turned head comes over it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
from msgspec import structs

from engine.errors import MediaError, ProjectError
from engine.jobs import Progress, silent_progress
from engine.media.opening import open_local
from engine.media.picture import Image
from engine.media.reasons import why
from engine.models.binauralise import heard_with
from engine.models.names import load_spatialiser
from engine.models.pieces import Mono
from engine.project.edits import AddClip, AddTake, AddTrack, EditGroup
from engine.project.media_folder import MediaFolder
from engine.project.model import Clip, ClipId, Project, Recipe, Take, TakeId, TrackId, Video
from engine.script.script import ambience_track

NAME = "Production sound"
VERSION = "1"
_LEAST_S = 0.001


def spatialise_production_sound(
    project: Project,
    media: MediaFolder,
    model: str = "pseudobinaural",
    weights: str | None = None,
    progress: Progress = silent_progress,
) -> EditGroup:
    """The edit that adds the film's sound for two ears, on a track of its own.

    Raises
    ------
    ProjectError
        If there is no film, or it is silent.
    MediaError, ShapeError
        If its sound or picture cannot be read, or it has more than two channels.
    PluginError, WeightsError
        If there is no such spatialiser, or its weights or torch are missing.
    CancelledError
        From `progress`; nothing is kept then.
    """
    video = _film_with_sound(project)
    film = Path(video.path)
    begins_s = sound_begins_s(film) - video.first_time_s
    progress("preparing the network", 0.0)
    spatialiser, file = load_spatialiser(model, weights)
    spatialiser = spatialiser.beside(film, progress)

    def difference(mono: Mono, picture_at: Callable[[float], Image], start_s: float) -> Mono:
        def looked_at(time_s: float) -> Image:
            progress(f"listening and looking at {time_s:.0f} s", time_s / video.duration_s)
            return picture_at(time_s)

        return spatialiser.difference(mono, looked_at, start_s)

    heard = heard_with(film, film, spatialiser.config.sample_rate_hz, difference)
    rate_hz, samples = heard.sample_rate_hz, 0
    with media.new_audio(rate_hz, 2) as intake:
        for block in heard.blocks:
            intake.write(block)
            samples += block.shape[1]
    told = {"weights": file.name, "film": video.fingerprint}
    recipe = Recipe(generator=model, version=VERSION, prompt=NAME, parameters=told)
    number = 1 + sum(take.audio == intake.content for take in project.takes)
    take = Take(
        id=TakeId(f"take-{intake.content[:8]}-{number}"), name=NAME, audio=intake.content,
        sample_rate_hz=rate_hz, channels=2, samples=samples, recipe=recipe, binaural=True,
    )  # fmt: skip
    return _placed(project, take, begins_s)


def sound_begins_s(film: Path) -> float:
    """When the first sample of a film's sound is heard, in the file's own time.

    Raises
    ------
    MediaError
        If the file cannot be read, or holds no sound.
    """
    try:
        with open_local(film) as container:
            if not container.streams.audio:
                raise MediaError("the file holds no sound", place=film, remedy="choose another")
            stream = container.streams.audio[0]
            if stream.start_time is None or stream.time_base is None:
                return 0.0
            return float(stream.start_time * stream.time_base)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise MediaError(
            f"the film cannot be read: {why(error)}", place=film, remedy="copy it again"
        ) from error


def _film_with_sound(project: Project) -> Video:
    if project.video is None:
        raise ProjectError("the session has no film", remedy="open a video first")
    if not project.video.has_audio:
        raise ProjectError(
            "the film is silent: there is no production sound to spatialise",
            remedy="import a sound file, or let the script make sounds",
        )
    return project.video


def _placed(project: Project, take: Take, begins_s: float) -> EditGroup:
    """Where it is heard in the film; what of it lies before the first picture is left out."""
    offset_s = max(-begins_s, 0.0)
    length_s = take.duration_s - offset_s
    if length_s < _LEAST_S:
        raise ProjectError("the film's sound ends before its picture begins")
    start_s = max(begins_s, 0.0)
    mark = take.id.removeprefix("take-")
    track = structs.replace(
        ambience_track(start_s + length_s), id=TrackId(f"production-{mark}"), name=NAME,
        label="production sound",
    )  # fmt: skip
    clip = Clip(
        id=ClipId(f"clip-{mark}"), track_id=track.id, take_id=take.id, name=NAME,
        start_s=start_s, duration_s=length_s, offset_s=offset_s,
    )  # fmt: skip
    edits = (AddTrack(track=track), AddTake(take=take), AddClip(clip=clip))
    return EditGroup(name="Spatialise production sound", edits=edits)
