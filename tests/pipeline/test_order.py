"""Finished files are put in place in an order that a kill in between does not turn into a lie."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.deliver.staging import publish
from engine.pipeline import produce as production
from engine.pipeline.settings import RunSettings
from engine.project.store import Bundle
from tests.media.drawn import crossing, write_video


def test_the_report_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []

    def watch(files: dict[Path, Path], last: Callable[[], object]) -> None:
        names.extend(target.name for target in files.values())
        publish(files, last)

    monkeypatch.setattr(production, "publish", watch)
    settings = RunSettings(formats=("stereo",))
    clip = write_video(tmp_path / "clip.mp4", crossing(30))
    production.produce(clip, tmp_path / "out", settings)
    assert sorted(names) == ["report.json", "scene.foley", "stereo.wav"]
    assert names[-1] == "report.json"


def test_a_relative_folder_gets_a_whole_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = write_video(tmp_path / "clip.mp4", crossing(30))
    monkeypatch.chdir(tmp_path)
    for _ in range(2):  # made, then taken up again
        production.produce(clip, Path("there/out"), RunSettings(formats=("stereo",)))
        bundle, project, recovery = Bundle.open(tmp_path / "there" / "out" / "scene.foley")
        bundle.close()
        assert recovery is None
        assert project.tracks
