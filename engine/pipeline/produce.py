"""The main job: a video in; every deliverable, a report and the session bundle out.

The stages after the picture are imported where they begin (see `engine.pipeline.fetching`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.deliver.space import least_bytes
from engine.deliver.staging import publish, sole_run, staging_folder
from engine.errors import MediaError, ProjectError
from engine.jobs import Progress, silent_progress
from engine.media.probe import fingerprint, probe_video
from engine.pipeline.analyse import analyse
from engine.pipeline.fetching import fetched_meanwhile
from engine.pipeline.preflight import check_outputs, check_own_sounds, check_settings
from engine.pipeline.settings import REPORT_NAME, RunSettings
from engine.pipeline.stage_clock import StageClock
from engine.project.edits import ApplyFocus, EditGroup
from engine.project.model import Project
from engine.project.store import Bundle, MediaFolder
from engine.units import seconds_to_samples

BUNDLE_NAME = "scene.foley"
RATE_HZ = Project().sample_rate_hz


def analyse_and_compose(
    video: Path,
    project: Project,
    media_path: Path,
    settings: RunSettings,
    progress: Progress = silent_progress,
) -> EditGroup:
    """Everything from the picture to the takes, as one edit (the window's analysis job).

    Audio and boxes are put into the bundle at `media_path` by content hash; `project` itself is
    only read.
    """
    edit, _ = _analyse_and_compose(video, project, MediaFolder(media_path), settings, progress)
    return edit


def _analyse_and_compose(
    video: Path, project: Project, media: MediaFolder, settings: RunSettings, progress: Progress
) -> tuple[EditGroup, dict[str, float]]:
    check_settings(settings, project.sample_rate_hz)
    clock = StageClock()
    with fetched_meanwhile(settings, project.sample_rate_hz):
        analysis = clock.run("analyse", lambda: analyse(video, project, media, settings, progress))
    from engine.pipeline.compose import compose

    seen = analysis.apply(project)
    sound = clock.run("compose", lambda: compose(seen, media, settings, progress))
    return EditGroup(name=f"Analyse {video.name}", edits=(analysis, *sound)), clock.stages_s


def produce(
    video: Path,
    out_dir: Path,
    settings: RunSettings,
    progress: Progress = silent_progress,
    tell: Callable[[str], None] = lambda note: None,
) -> dict[str, Any]:
    """Run the whole chain on `video` and write everything into `out_dir`.

    A session already in `out_dir` is taken up again: what a hand has made in it stays. One run at a
    time writes into a folder. Files
    appear under their final names only when all of them are complete; after an error or a
    cancel, `out_dir` is as it was.

    Parameters
    ----------
    tell : callable
        Is given at once what was damaged in a session that is taken up again; the report has it
        too.

    Returns
    -------
    dict
        The report, as written to ``report.json``.

    Raises
    ------
    FoleystageError
        The video cannot be read, `out_dir` cannot be written or its disk surely is too small (told
        before the work begins), a session's own sounds are missing, or a stage failed.
    CancelledError
        From `progress`.
    """
    clock = StageClock()
    video = Path(video).expanduser().absolute()
    progress("opening the clip", 0.0)
    needed_bytes = _checked(video, Path(out_dir), settings)
    with sole_run(out_dir), staging_folder(out_dir, needed_bytes) as folder:
        existing = out_dir / BUNDLE_NAME
        bundle, project, notes = _open_or_create(existing, folder / BUNDLE_NAME, video)
        with bundle:
            for note in notes:
                tell(note)
            if not settings.allow_missing:
                check_own_sounds(project, bundle)
            edit, stages_s = _analyse_and_compose(video, project, bundle.media, settings, progress)
            project = edit.apply(project)
            from engine.deliver.bounce import DeliveryOptions, deliver
            from engine.pipeline.report import build_report, write_report

            options = DeliveryOptions(allow_missing=settings.allow_missing)
            delivery = clock.run(
                "deliver",
                lambda: deliver(project, bundle, settings.formats, folder, progress, options),
            )
            clock.stages_s = {**stages_s, **clock.stages_s}
            heard = tuple(h for e in edit.edits if isinstance(e, ApplyFocus) for h in e.heard)
            report = build_report(project, settings, delivery, clock, out_dir, notes, heard)
            write_report(folder / REPORT_NAME, report)
            _publish_with_session(folder, out_dir, bundle, project)
    progress("done", 1.0)
    return report


def _checked(video: Path, out_dir: Path, settings: RunSettings) -> int:
    """Bytes that the deliverables need at least; raises what can be known beforehand."""
    _check_name(video)
    check_settings(settings, RATE_HZ)
    samples = seconds_to_samples(probe_video(video).duration_s, RATE_HZ)
    needed_bytes = least_bytes(settings.formats, samples)
    check_outputs(video, out_dir, settings)
    return needed_bytes


def _check_name(video: Path) -> None:
    """Refuse a name that neither a session nor a report can hold."""
    try:
        str(video).encode("utf-8")
    except UnicodeEncodeError as error:
        raise MediaError(
            "the file's name or folder is not valid Unicode", place=video, remedy="rename it"
        ) from error


def _publish_with_session(folder: Path, out_dir: Path, bundle: Bundle, project: Project) -> None:
    """Files and session together: a session that was there is saved when all files have come."""
    is_new = (folder / BUNDLE_NAME).exists()
    if is_new:
        bundle.save(project)
        bundle.close()  # it is about to move, and its journal with it
    # The report comes last: a kill in between never leaves it beside older sound.
    finished = sorted(folder.iterdir(), key=lambda item: (item.name == REPORT_NAME, item))
    publish(
        {item: out_dir / item.name for item in finished},
        last=(lambda: None) if is_new else lambda: bundle.save_or_leave(project),
    )


def _open_or_create(
    existing: Path, fresh: Path, video: Path
) -> tuple[Bundle, Project, tuple[str, ...]]:
    """The session, its project, and what was damaged in it (with its place)."""
    if not existing.exists():
        project = Project(title=video.stem)
        return Bundle.create(fresh, project), project, ()
    bundle, project, recovery = Bundle.open(existing, strict=True)
    if project.video is not None and project.video.fingerprint != fingerprint(video):
        bundle.close()
        raise ProjectError(
            f"this is the session of another clip, {project.video.path}",
            place=existing,
            remedy="choose another folder with -o",
        )
    notes = recovery.notes if recovery else ()
    return bundle, project, tuple(f"{existing}: {note}" for note in notes)
