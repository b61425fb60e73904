"""Finished files are put in place in an order that a kill in between does not turn into a lie."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine import resources
from engine.deliver.staging import publish
from engine.pipeline import produce as production
from engine.pipeline.settings import RunSettings


def test_the_report_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []

    def watch(files: dict[Path, Path], last: Callable[[], object]) -> None:
        names.extend(target.name for target in files.values())
        publish(files, last)

    monkeypatch.setattr(production, "publish", watch)
    settings = RunSettings(formats=("stereo",))
    production.produce(resources.path("demo/demo.mp4"), tmp_path / "out", settings)
    assert sorted(names) == ["report.json", "scene.foley", "stereo.wav"]
    assert names[-1] == "report.json"
