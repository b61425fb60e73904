"""What the tests of the project room share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.random_edits import sample_project
from engine.project.model import Project
from engine.project.store import Bundle


@pytest.fixture
def project() -> Project:
    """Three machine-made tracks, two events, takes and clips on each."""
    return sample_project()


@pytest.fixture
def bundle(tmp_path: Path, project: Project) -> Iterator[Bundle]:
    """That project in a new session."""
    with Bundle.create(tmp_path / "scene.foley", project) as made:
        yield made
