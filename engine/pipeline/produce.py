"""The main job: a video in; every deliverable, a report and the session bundle out."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from engine.deliver.bounce import deliver
from engine.errors import DeliveryError
from engine.jobs import Progress, silent_progress
from engine.pipeline.analyse import analyse
from engine.pipeline.compose import compose
from engine.pipeline.report import build_report, write_report
from engine.pipeline.settings import RunSettings
from engine.project.edits import EditGroup
from engine.project.model import Project, Scene
from engine.project.store import Bundle, MediaFolder

BUNDLE_NAME = "scene.foley"

Answer = TypeVar("Answer")


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
    clock = StageClock()
    analysis = clock.run("analyse", lambda: analyse(video, project, media, settings, progress))
    seen = analysis.apply(project)
    sound = clock.run("compose", lambda: compose(seen, media, settings, progress))
    return EditGroup(name=f"Analyse {video.name}", edits=(analysis, *sound)), clock.stages_s


def produce(
    video: Path, out_dir: Path, settings: RunSettings, progress: Progress = silent_progress
) -> dict[str, Any]:
    """Run the whole chain on `video` and write everything into `out_dir`.

    A session already in `out_dir` is taken up again: what a hand has made in it stays. Files
    appear under their final names only when all of them are complete; after an error or a
    cancel, `out_dir` is as it was.

    Returns
    -------
    dict
        The report, as written to ``report.json``.

    Raises
    ------
    FoleystageError
        The video cannot be read, `out_dir` cannot be written, or a stage failed.
    CancelledError
        From `progress`.
    """
    clock = StageClock()
    video = Path(video).expanduser().absolute()
    progress("opening the clip", 0.0)
    with _staging(out_dir) as staging:
        existing = out_dir / BUNDLE_NAME
        bundle, project = _open_or_create(existing, staging / BUNDLE_NAME, video)
        try:
            edit, stages_s = _analyse_and_compose(video, project, bundle.media, settings, progress)
            project = edit.apply(project)
            delivery = clock.run(
                "deliver",
                lambda: deliver(project, bundle, settings.formats, staging, progress),
            )
            clock.run("save", lambda: bundle.save(project))
        finally:
            bundle.close()
        clock.stages_s = {**stages_s, **clock.stages_s}
        report = build_report(project, settings, delivery, clock, out_dir)
        write_report(staging / "report.json", report)
        _publish(staging, out_dir)
    progress("done", 1.0)
    return report


@dataclass
class StageClock:
    """Wall-clock seconds of each stage of a run."""

    stages_s: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def run(self, stage: str, work: Callable[[], Answer]) -> Answer:
        """The answer of `work`, its time noted under `stage`."""
        begun = time.perf_counter()
        answer = work()
        self.stages_s[stage] = time.perf_counter() - begun
        return answer

    @property
    def total_s(self) -> float:
        return time.perf_counter() - self.started


def _open_or_create(existing: Path, fresh: Path, video: Path) -> tuple[Bundle, Project]:
    if existing.exists():
        bundle, project, _ = Bundle.open(existing)
        return bundle, project
    project = Project(title=video.stem, scene=Scene(mapping="cylinder", horizontal_fov_deg=120.0))
    return Bundle.create(fresh, project), project


@contextmanager
def _staging(out_dir: Path) -> Iterator[Path]:
    """A hidden folder inside `out_dir` for what is not complete yet; always removed."""
    created = not out_dir.exists()
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".incomplete-", dir=out_dir))
    except OSError as error:
        raise DeliveryError(
            f"cannot write here ({error.strerror})",
            place=out_dir,
            remedy="choose another folder with -o, or free its permissions",
        ) from error
    try:
        yield staging
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        if created:
            shutil.rmtree(out_dir, ignore_errors=True)
        raise
    shutil.rmtree(staging, ignore_errors=True)


def _publish(staging: Path, out_dir: Path) -> None:
    for item in sorted(staging.iterdir()):
        target = out_dir / item.name
        if target.is_dir():
            target.replace(staging / f".old-{item.name}")
        item.replace(target)
