"""Delivery: the scene rendered once, brought to its loudness, and written in every format.

Gain: every format has the session's master fader and its own trim, as it is monitored; what is left
is found here. Binaural and the mixes for loudspeakers each reach `scene.target_lufs` on their own,
with true peaks below `scene.true_peak_limit_dbtp` (a limiter works only where plain gain would pass
it).
Ambisonics and ADM are made as much louder as the 5.1 mix, limited too where needed, with one gain
for all their channels: one scene is equally loud in every format. Stems stay unlimited; they take
the 5.1 mix's gain, lowered only to keep -1 dBFS. The video carries the 5.1 mix. Mixes and
ambisonics can be delivered as loud as they were mixed, too (`engine.deliver.as_mixed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from engine.deliver.as_mixed import check_mixes, write_as_mixed
from engine.deliver.delivered_paths import delivered_paths
from engine.deliver.inputs import keep_inputs
from engine.deliver.job import DeliveryJob
from engine.deliver.missing import refuse_missing
from engine.deliver.mux import Container, choose_container
from engine.deliver.rendering import MIXES, heard_gains, render_to_files
from engine.deliver.report import DeliveryReport
from engine.deliver.scene_channels import OBJECTS, SceneChannels, scene_channels, with_objects
from engine.deliver.space import peak_bytes, rendered_formats
from engine.deliver.staging import publish, staging_folder
from engine.deliver.stems import Stem, plan_stems
from engine.errors import DeliveryError, LayoutError
from engine.jobs import Progress, silent_progress
from engine.layouts import AMBISONIC_FORMATS, FILE_NAMES, chosen_formats
from engine.project.model import ContentHash, Project, Video
from engine.realtime.snapshot import Snapshot
from engine.render.compiler import chosen_hrirs, compile_project


class AudioFolder(Protocol):
    """Where a project's takes are (a `Bundle`, or its media folder)."""

    def audio_path(self, audio: ContentHash, /) -> Path:
        """File of a take."""


class DeliveryOptions(Struct, frozen=True, kw_only=True):
    """Choices of one delivery.

    film_order : write 5.1 as L C R Ls Rs LFE
    file_name : name of the file (stems: of the folder) where one format is delivered, in place of
        the usual one; a video's ending chooses its container
    allow_missing : deliver although takes that should be heard are missing or damaged; the report
        names them
    as_mixed : leave the loudness as it is monitored, without target and limiter
    """

    film_order: bool = False
    file_name: str | None = None
    allow_missing: bool = False
    as_mixed: bool = False


def deliver(
    project: Project,
    bundle: AudioFolder,
    formats: Sequence[str],
    out_dir: str | Path,
    progress: Progress = silent_progress,
    options: DeliveryOptions = DeliveryOptions(),  # noqa: B008 (immutable)
) -> DeliveryReport:
    """Write every wanted format into `out_dir`, under the names of `engine.layouts.FILE_NAMES`.

    Files appear only when all of them are complete; after an error or a cancel the folder is as
    it was. The same project gives the same bytes.

    Parameters
    ----------
    formats : sequence of str
        Any of `engine.layouts.FILE_NAMES`: 'binaural', 'stereo', '5.1', '5.1.4', '7.1.4', 'foa',
        'hoa2' to 'hoa7', 'adm', 'stems', 'video'.
    out_dir : path
        Made if it is not there. Everything is made in a hidden folder in it first.
    progress : callable
        May raise CancelledError.

    Raises
    ------
    LayoutError
        If a format is unknown.
    HrirError
        If 'binaural' is wanted and the session's HRIR set cannot be read.
    DeliveryError
        Nothing to deliver, takes that are missing or damaged, an output that would replace what it
        is made from, an output folder that cannot be written, a full disk, a picture that is
        missing or whose packets no container holds.
    """
    out_dir = Path(out_dir)
    order = _order(project, bundle, formats, out_dir, options)
    if options.as_mixed:
        return _deliver_as_mixed(order, out_dir, progress)
    with staging_folder(out_dir, order.needed_bytes) as staging:
        rendered = render_to_files(order.snapshot, staging, progress, order.scene.omni, order.gains)
        job = DeliveryJob(project, order.snapshot, rendered, staging, order.names, progress)
        for name in order.wanted:
            _write(job, name, order, project)
            job.let_go_after(name)
        progress("putting the files in place", 1.0)
        publish({staged: out_dir / path for staged, path in job.staged.items()})
        return DeliveryReport(
            target_lufs=project.scene.target_lufs,
            true_peak_limit_dbtp=project.scene.true_peak_limit_dbtp,
            files=tuple(job.files),
            problems=order.snapshot.problems,
        )


def _deliver_as_mixed(order: _Order, out_dir: Path, progress: Progress) -> DeliveryReport:
    with staging_folder(out_dir, order.needed_bytes) as staging:
        files = write_as_mixed(
            order.snapshot, staging, order.names, order.gains, progress,
            film_order=order.film_order,
        )  # fmt: skip
        progress("putting the files in place", 1.0)
        publish({staging / file.path: out_dir / file.path for file in files})
    return DeliveryReport(
        target_lufs=None,
        true_peak_limit_dbtp=None,
        files=tuple(files),
        problems=order.snapshot.problems,
    )


@dataclass(frozen=True, eq=False)
class _Order:
    """All that is settled before the disk is touched; `needed_bytes` lie on it at most."""

    wanted: tuple[str, ...]
    names: dict[str, str]
    film_order: bool
    container: Container | None
    snapshot: Snapshot
    scene: SceneChannels
    stems: tuple[Stem, ...]
    needed_bytes: int
    gains: dict[str, float]


def _order(
    project: Project,
    bundle: AudioFolder,
    formats: Sequence[str],
    out_dir: Path,
    options: DeliveryOptions,
) -> _Order:
    asked = chosen_formats(formats)
    wanted = tuple(name for name in FILE_NAMES if name in asked)
    if options.as_mixed:
        check_mixes(wanted)
    names = _names(wanted, options)
    container = _container(project, options) if "video" in wanted else None
    written = {name: names[name] for name in wanted}
    keep_inputs(
        delivered_paths(out_dir, written, container, options.file_name),
        (project.video.path if project.video else None, project.scene.hrir, project.scene.room),
    )
    # monitoring goes on with another set, a delivery does not
    hrirs = chosen_hrirs(project) if "binaural" in wanted else None
    rendered = wanted if options.as_mixed else rendered_formats(wanted)
    snapshot = compile_project(project, bundle.audio_path, rendered)
    gains = heard_gains(hrirs, project.scene, snapshot.formats)
    if snapshot.length_samples == 0:
        raise DeliveryError("the scene has no length", remedy="add a video or a clip first")
    if snapshot.problems and not options.allow_missing:
        refuse_missing(project, bundle.audio_path)
    scene = scene_channels(snapshot)
    if "adm" in wanted:
        snapshot = with_objects(snapshot, scene)
        gains |= heard_gains(None, project.scene, (OBJECTS,))
    stems = plan_stems(project, snapshot) if "stems" in wanted else ()
    needed_bytes = _bytes_needed(project, snapshot, stems, wanted)
    return _Order(
        wanted, names, options.film_order, container, snapshot, scene, stems, needed_bytes, gains
    )


def _write(job: DeliveryJob, name: str, order: _Order, project: Project) -> None:
    if name in MIXES:
        job.write_mix(name, film_order=order.film_order)
    elif name in AMBISONIC_FORMATS:
        job.write_ambix(name)
    elif name == "adm":
        job.write_adm(order.scene)
    elif name == "stems":
        job.write_stems(order.stems)
    elif order.container is not None:
        job.write_video(_video(project), order.container)


def _names(wanted: Sequence[str], options: DeliveryOptions) -> dict[str, str]:
    if options.file_name is None:
        return FILE_NAMES
    if len(wanted) != 1:
        raise LayoutError(f"{len(wanted)} formats do not fit one file", remedy="give a folder")
    return {wanted[0]: options.file_name}


def _video(project: Project) -> Video:
    if project.video is None:
        raise DeliveryError(
            "the project has no picture, so no video can be delivered",
            remedy="add a video or deliver without 'video'",
        )
    return project.video


def _container(project: Project, options: DeliveryOptions) -> Container:
    source = Path(_video(project).path)
    if not source.is_file():
        raise DeliveryError(
            "the picture is not there, so no video can be delivered",
            place=source,
            remedy="put the video back in its place or deliver without 'video'",
        )
    suffix = None if options.file_name is None else Path(options.file_name).suffix
    return choose_container(source, suffix)


def _bytes_needed(
    project: Project, snapshot: Snapshot, stems: Sequence[Stem], wanted: Sequence[str]
) -> int:
    channels = dict(zip(snapshot.formats, snapshot.channels, strict=True))
    if OBJECTS in channels:
        channels["adm"] = channels.pop(OBJECTS)
    picture = Path(_video(project).path).stat().st_size if "video" in wanted else 0
    stem_channels = sum(stem.rows for stem in stems)
    return peak_bytes(wanted, snapshot.length_samples, channels, stem_channels, picture)
