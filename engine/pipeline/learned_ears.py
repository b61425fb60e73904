"""Two ears of a track by a learned spatialiser, as a take that is heard in place of HRIRs.

The network is told the track's clips and where it is, a metre away: distance, travel, air,
occlusion, equaliser, automation and fader come over what it makes, as they come over a source.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.coordinates import turning
from engine.errors import ProjectError
from engine.jobs import Progress, silent_progress
from engine.media.audio_file import AudioWriter, read_audio_blocks
from engine.models.foleyspace.render import spatialise_by_diffusion
from engine.models.names import load_moving_spatialiser
from engine.project.edits import AddTake, ChooseSpatialiser, Edit, EditGroup
from engine.project.learned_ears import (
    MADE_OF,
    NOTE,
    learned_from_s,
    made_of,
    why_measured,
    why_no_learned_ears,
)
from engine.project.media_folder import MediaFolder
from engine.project.model import Project, Recipe, Take, TakeId, Track
from engine.realtime.clips import BedReader
from engine.realtime.snapshot import ClipPlan
from engine.render.channel_mixes import source_mix
from engine.render.sources import motion_plan
from engine.render.spatialise import Spatialisation
from engine.render.track_clips import TrackClips

METHOD: Final = "foleyspace"
VERSION = "1"
STEPS = 6
_TAIL_S = 0.05
"""What the ears ring on."""
_BLOCK_SAMPLES = 65_536
_STEP_S = 0.02


def make_learned_ears(
    project: Project,
    media: MediaFolder,
    track_id: str,
    weights: str | None = None,
    progress: Progress = silent_progress,
) -> EditGroup:
    """The edit that lets a network's two ears of a track be heard, as they are made here.

    Where they were made before and still fit, nothing is made.

    Raises
    ------
    ProjectError
        If there is no such track, or it is none that a network can make two ears of.
    PluginError, WeightsError
        If weights or torch are missing.
    CancelledError
        From `progress`; nothing is kept then.
    """
    track = project.track(track_id)
    reason = why_no_learned_ears(project, track)
    if reason:
        raise ProjectError(
            f"FoleySpace makes no two ears of '{track.name}': {reason}",
            remedy="leave it measured",
        )
    name = f"Two ears of {track.name}"
    chosen = ChooseSpatialiser(track_id=track.id, spatialiser=METHOD)
    if not why_measured(project, structs.replace(track, spatialiser=METHOD)):
        return EditGroup(name=name, edits=(chosen,))
    take = _made(project, media, track, weights, progress)
    edits: list[Edit] = [structs.replace(chosen, take_id=take.id)]
    if all(known.id != take.id for known in project.takes):
        edits.insert(0, AddTake(take=take))
    return EditGroup(name=name, edits=tuple(edits))


def _made(
    project: Project, media: MediaFolder, track: Track, weights: str | None, progress: Progress
) -> Take:
    progress("preparing the network", 0.0)
    spatialiser, file = load_moving_spatialiser(METHOD, weights)
    with tempfile.TemporaryDirectory(prefix="foleystage-") as scratch:
        dry, ears = Path(scratch) / "dry.wav", Path(scratch) / "ears.wav"
        seconds = _write_dry(project, media, track, dry)
        wanted = _way(project, track, seconds)
        report = spatialise_by_diffusion(
            dry, wanted, spatialiser, ears, steps=STEPS, progress=progress
        )
        samples, rate_hz = 0, project.sample_rate_hz
        with media.new_audio(rate_hz, 2) as intake:
            for block, _ in read_audio_blocks(ears):
                intake.write(block)
                samples += block.shape[1]
                progress("keeping what was made", 1.0)
    fits = made_of(project, track)
    told = {MADE_OF: fits, "weights": file.name, "steps": STEPS}
    guesses = [note for note in report["notes"] if "learned" in note]
    if guesses:
        told[NOTE] = guesses[0]
    recipe = Recipe(generator=METHOD, version=VERSION, prompt=track.name, parameters=told)
    return Take(
        id=TakeId(f"ears-{intake.content[:8]}-{fits[:8]}"),
        name=f"Two ears of {track.name}", audio=intake.content, sample_rate_hz=rate_hz,
        channels=2, samples=samples, recipe=recipe, binaural=True,
    )  # fmt: skip


def _write_dry(project: Project, media: MediaFolder, track: Track, path: Path) -> float:
    """The track's clips as one mono file, without automation; its seconds.

    Raises
    ------
    ProjectError
        If a take of it cannot be opened.
    """
    problems: list[str] = []
    still = structs.replace(track, gain_curve_db=())
    clips = TrackClips(project, media.audio_path, problems).mixed(still, source_mix)
    if problems or not clips:
        raise ProjectError(
            f"'{track.name}' cannot be heard: {problems[0] if problems else 'it has no clips'}",
            remedy="put the sound back, or leave the track measured",
        )
    rate_hz = project.sample_rate_hz
    first = min(clip.start_sample for clip in clips)
    length = _after(clips) - first + round(_TAIL_S * rate_hz)
    reader = BedReader(clips, 1, _BLOCK_SAMPLES)
    with AudioWriter(path, 1, rate_hz, subtype="FLOAT") as writer:
        for start in range(0, length, _BLOCK_SAMPLES):
            block = np.zeros((1, min(_BLOCK_SAMPLES, length - start)), np.float32)
            reader.read(first + start, block)
            writer.write(block)
    return length / rate_hz


def _after(clips: tuple[ClipPlan, ...]) -> int:
    return max(clip.start_sample + clip.length_samples for clip in clips)


def _way(project: Project, track: Track, seconds: float) -> Spatialisation:
    """Directions of the track, a metre away, in the time of the dry sound."""
    times_s = np.arange(0.0, seconds + _STEP_S, _STEP_S)
    motion = motion_plan(track.trajectory, project.sample_rate_hz)
    begins_s = learned_from_s(project, track)
    places = motion.at((times_s + begins_s) * project.sample_rate_hz)
    turned = places @ turning(*project.scene.rotation_deg).T
    return Spatialisation(times_s, _a_metre_away(turned), "binaural")


def _a_metre_away(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same directions; what is in the head's middle is ahead."""
    far_m = np.linalg.norm(places, axis=1, keepdims=True)
    ahead = np.array([[1.0, 0.0, 0.0]])
    return np.where(far_m > 1e-6, places / np.maximum(far_m, 1e-6), ahead)
