"""A knock that tells no material is gone before anything could ring."""

from __future__ import annotations

import numpy as np

from engine.foley.generate import generate
from engine.foley.impacts import MATERIALS

RATE_HZ = 48_000


def test_no_other_material_dies_away_as_soon(make_event) -> None:
    def rings_s(material: str) -> float:
        """Time in which all but a hundredth of a hit's energy is spent."""
        energy = np.cumsum(
            generate(make_event("impacts", 1.5, (0.1,), material=material), RATE_HZ)[0] ** 2.0
        )
        return float(np.searchsorted(energy, 0.99 * energy[-1])) / RATE_HZ - 0.1

    times = {name: rings_s(name) for name in MATERIALS}
    assert min(times, key=lambda name: times[name]) == "neutral"
    assert times["neutral"] < 0.08


def test_the_neutral_knocks_of_the_rules_are_made_of_it(make_event) -> None:
    said = make_event("impacts", 1.0, (0.1,), prompt="dull neutral knocks, 2 hits")
    told = make_event("impacts", 1.0, (0.1,), prompt=said.prompt, material="neutral")
    assert np.array_equal(generate(said, RATE_HZ)[0], generate(told, RATE_HZ)[0])
