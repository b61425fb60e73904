"""What the window's jobs run in their workers is there, and can be told of progress."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from app.work import VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_works_on_project_and_media_and_tells_its_progress(verb: str) -> None:
    module, _, name = VERBS[verb].partition(":")
    parameters = list(inspect.signature(getattr(import_module(module), name)).parameters)
    assert parameters[:2] == ["project", "media"]
    assert "progress" in parameters
