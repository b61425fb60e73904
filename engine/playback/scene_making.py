"""A project becomes a scene that can be played: compiled, warmed and with its sound at hand."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from engine.layouts import format_channels
from engine.playback.butler import Butler
from engine.playback.listening import listening_to, monitor_gain
from engine.playback.messages import SetProject
from engine.playback.monitor import fold_of
from engine.playback.monitor_formats import measured_format, rendered_format
from engine.playback.reading_list import stream
from engine.playback.scene import HOP_SAMPLES, Feature, Scene
from engine.project.model import ContentHash, Project
from engine.realtime.kernel import Kernel, PreparedSnapshot
from engine.realtime.moving_fields import has_moving_fields
from engine.realtime.snapshot import Snapshot
from engine.render.compiler import compile_project


def make_scene(
    wanted: SetProject,
    monitor_format: str,
    butler: Butler,
    delivered: tuple[str, int] | None = None,
    *,
    reads_ahead: bool = True,
) -> tuple[Scene, tuple[str, ...]]:
    """A project as a scene that can be played, and what of it cannot be heard, in words.

    Parameters
    ----------
    wanted : SetProject
    monitor_format : str
    butler : Butler
        Has brought the scene's sound for where the playhead is when this returns.
    delivered : (str, int), optional
        Format and rate of the scene that plays: when they are the same its kernel goes on.
    reads_ahead : bool
        Without, the butler is not asked for the scene's sound.

    Raises
    ------
    FoleystageError
        If the project cannot be rendered.
    """
    project = msgspec.json.decode(wanted.project, type=Project)
    made = rendered_format(monitor_format)
    snapshot, reading = stream(_compiled(project, wanted, made), butler.store)
    if reads_ahead:
        butler.expect(reading)
    told: list[str] = []
    prepared, kernel = None, None
    if delivered == (monitor_format, snapshot.sample_rate_hz):
        prepared = PreparedSnapshot(snapshot)
        controls = prepared.stage.controls
    else:
        kernel = warm_kernel(snapshot)
        controls = kernel.controls
    scene = Scene(
        revision=wanted.revision,
        format=monitor_format,
        channels=format_channels(measured_format(monitor_format)),
        sample_rate_hz=snapshot.sample_rate_hz,
        end_sample=snapshot.length_samples,
        slots=wanted.slots,
        prepared=prepared,
        kernel=kernel,
        reading=reading,
        listening=listening_to(monitor_format, project, told, controls),
        monitor_gain=monitor_gain(monitor_format, project),
        fold=fold_of(monitor_format),
        features=features_of(snapshot),
    )
    return scene, (*snapshot.problems, *told)


def _compiled(project: Project, wanted: SetProject, monitor_format: str) -> Snapshot:
    """The project in one format, with takes from its bundle."""
    media = Path(wanted.bundle_path) / "media"

    def audio_path(content: ContentHash) -> Path:
        return media / f"{content}.wav"

    return compile_project(project, audio_path, (monitor_format,))


def warm_kernel(snapshot: Snapshot) -> Kernel:
    """A kernel that has run once, so that nothing is compiled or paged in on the renderer."""
    kernel = Kernel(snapshot)
    out = np.zeros((snapshot.channels[0], HOP_SAMPLES), dtype=np.float32)
    kernel.process((out,))
    kernel.locate(0)
    return kernel


def features_of(snapshot: Snapshot) -> frozenset[Feature]:
    """What of a scene needs loops that a plain one does not."""
    sources, room = snapshot.sources, snapshot.room
    found: dict[Feature, bool] = {
        "strips": any(len(s.sections) or s.occlusion is not None for s in sources)
        or any(len(bed.sections) for bed in snapshot.beds),
        "width": any(source.width_deg is not None for source in sources),
        "room": room is not None and room.response is None,
        "response": room is not None and room.response is not None,
        "near": snapshot.width is not None
        or (snapshot.binaural is not None and len(snapshot.binaural.radii_m) > 1),
        "field": has_moving_fields(snapshot),
        "ears": snapshot.binaural is not None and any(any(s.into_ears) for s in sources),
    }
    return frozenset(name for name, has in found.items() if has)
