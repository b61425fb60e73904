"""Short ways to make script events for the synthesis tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.project.model import Event


@pytest.fixture
def make_event() -> Callable[..., Event]:
    """Function (generator, duration_s=3, onsets_s=(), id, seed, ..., **parameters) -> Event."""

    def make(generator: str, duration_s: float = 3.0, onsets_s: tuple[float, ...] = (), **more):
        fields = {key: more.pop(key) for key in list(more) if key in _FIELDS}
        fields = {"id": "e1", "prompt": "", "start_s": 0.0, "seed": 1, **fields}
        return Event(
            track_id="t",
            layer="l",
            generator=generator,
            duration_s=duration_s,
            onsets_s=onsets_s,
            parameters=more,
            **fields,
        )

    return make


_FIELDS = ("id", "prompt", "start_s", "seed", "strengths", "intensity", "level_db")
