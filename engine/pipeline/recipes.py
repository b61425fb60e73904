"""Takes made again from their recipes.

A recipe holds everything a take depends on. Parts that were made anew (`engine.pipeline.remaking`)
are in it too, as the times and seeds of what was put in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.errors import ProjectError
from engine.foley.joining import joined, quietest
from engine.pipeline.sounding import Sound, settled, sound_of
from engine.project.model import Event, EventId, Recipe, TrackId
from engine.units import seconds_to_samples

REMADE = "remade"
"""Parameter of a recipe: parts made anew, as [start_s, end_s, seed] of the take's own time."""
JOIN_S = 0.04
_REACH_S = 0.08
_TIMES = ("event_id", "start_s", "duration_s", "onsets_s", "strengths", "intensity")


def event_of(recipe: Recipe, layer: str = "") -> Event:
    """The event a recipe makes the sound of.

    Raises
    ------
    ProjectError
        If the recipe does not say when the event is: it was made by an older version.
    """
    told: Mapping[str, Any] = recipe.parameters
    if not set(_TIMES) <= set(told):
        raise ProjectError(
            f"the recipe of a take by '{recipe.generator}' does not tell its times",
            remedy="make another take",
        )
    own = {key: value for key, value in told.items() if key not in (*_TIMES, REMADE)}
    return Event(
        id=EventId(str(told["event_id"])),
        track_id=TrackId(""),
        layer=layer,
        generator=recipe.generator,
        prompt=recipe.prompt,
        start_s=float(told["start_s"]),
        duration_s=float(told["duration_s"]),
        onsets_s=tuple(map(float, told["onsets_s"])),
        strengths=tuple(map(float, told["strengths"])),
        intensity=tuple((float(time_s), float(value)) for time_s, value in told["intensity"]),
        parameters=own,
        seed=recipe.seed,
    )


def sound_again(recipe: Recipe, sample_rate_hz: int, layer: str = "") -> Sound:
    """The take of a recipe, and its recipe as it is made today.

    Same samples, if the generator's version is the same.

    Raises
    ------
    ProjectError, PluginError, ScriptError, LibraryError
        If it cannot be made; see `event_of` and `engine.pipeline.sounding.sound_of`.
    """
    event = settled(event_of(recipe, layer))
    audio, made = sound_of(event, sample_rate_hz)
    parts = recipe.parameters.get(REMADE, [])
    for start_s, end_s, seed in parts:
        other, _ = sound_of(structs.replace(event, seed=int(seed)), sample_rate_hz)
        audio = spliced(audio, other, float(start_s), float(end_s), sample_rate_hz)
    if parts:
        made = structs.replace(made, parameters={**made.parameters, REMADE: list(parts)})
    return audio, made


def spliced(
    audio: NDArray[np.float32],
    other: NDArray[np.float32],
    start_s: float,
    end_s: float,
    sample_rate_hz: int,
) -> NDArray[np.float32]:
    """(channels, samples) `audio` with `other` in [start_s, end_s), both of one length.

    Either join goes to the quietest moment within 80 ms, and cross-fades there for 40 ms at the
    power that both have; a join at the very beginning or end needs none.
    """
    length = audio.shape[1]
    width = seconds_to_samples(JOIN_S, sample_rate_hz) // 2 * 2
    out = np.array(other, dtype=np.float64)
    both = np.concatenate([audio, other]).astype(np.float64)
    for time_s, is_start in ((start_s, True), (end_s, False)):
        at = seconds_to_samples(time_s, sample_rate_hz)
        if not width <= at <= length - width:
            continue
        at = quietest(both, at, seconds_to_samples(_REACH_S, sample_rate_hz), width)
        at = int(np.clip(at, width // 2, length - width // 2))
        join = slice(at - width // 2, at + width // 2)
        pair = audio[:, join].astype(np.float64), other[:, join].astype(np.float64)
        if is_start:
            out[:, : join.start] = audio[:, : join.start]
            out[:, join] = joined(*pair)
        else:
            out[:, join.stop :] = audio[:, join.stop :]
            out[:, join] = joined(pair[1], pair[0])
    return out.astype(np.float32)
