"""Beds on loudspeakers: the reference renderer's own gains, and what a sound engineer expects."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.layouts import BED_LAYOUTS, LOUDSPEAKER_LAYOUTS, STEREO, SURROUND_51, SURROUND_714
from engine.spatial.bed_routing import bed_routes
from engine.spatial.panning import FOLD_TO_STEREO

_STORED = json.loads((Path(__file__).parent / "ear_bed_routes.json").read_text())
_PAIRS = [(bed, to) for bed in BED_LAYOUTS.values() for to in LOUDSPEAKER_LAYOUTS.values()]


@pytest.mark.parametrize(("bed", "to"), _PAIRS, ids=lambda layout: layout.name)
def test_routes_are_the_reference_renderers(bed, to) -> None:
    stored = np.array(_STORED["gains"][f"{bed.name} to {to.name}"]).T
    np.testing.assert_allclose(bed_routes(bed, to), stored, atol=1e-8)


@pytest.mark.parametrize("layout", LOUDSPEAKER_LAYOUTS.values(), ids=lambda layout: layout.name)
def test_a_bed_on_its_own_layout_is_left_alone(layout) -> None:
    np.testing.assert_array_equal(bed_routes(layout, layout), np.eye(layout.channels))


def test_51_folds_to_stereo_as_bs_775_has_it() -> None:
    np.testing.assert_allclose(bed_routes(SURROUND_51, STEREO), FOLD_TO_STEREO)


def test_nothing_but_an_lfe_plays_an_lfe() -> None:
    for bed, to in _PAIRS:
        routes = bed_routes(bed, to)
        mine = np.array([speaker.lfe for speaker in bed.loudspeakers])
        theirs = np.array([speaker.lfe for speaker in to.loudspeakers])
        assert not routes[theirs][:, ~mine].any()
        assert not routes[~theirs][:, mine].any()


def test_the_same_on_both_sides() -> None:
    swap = [1, 0, 2, 3, 5, 4, 7, 6, 9, 8, 11, 10]
    routes = bed_routes(SURROUND_714, SURROUND_51)
    np.testing.assert_array_equal(routes[swap[:6]][:, swap], routes)
