"""The figure of both ears: sides of a way, levels of ears, and a picture that is well formed."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

pytest.importorskip("torch")

from benchmarks.moving_figure import figure, levels, sounding, stretches
from engine.models.foleyspace.moving import Sample

RATE_HZ = 16_000


def sample() -> Sample:
    """A second of sound and one of silence, from the right to the left."""
    mono = np.zeros(2 * RATE_HZ, np.float32)
    mono[:RATE_HZ] = 0.1
    positions = np.stack([np.linspace(-60.0, 60.0, 50), np.zeros(50), np.ones(50)], axis=1)
    return Sample(mono, np.stack([mono, 0.5 * mono]), positions, "tone")


def test_boxes_are_where_the_source_is_aside() -> None:
    found = list(stretches(sample().positions[:, 0].astype(np.float64)))
    assert [right for _, _, right in found] == [True, False]
    assert found[0][:2] == pytest.approx((0.0, 0.38), abs=0.03)
    assert found[1][:2] == pytest.approx((0.62, 1.0), abs=0.03)


def test_levels_are_those_of_each_ear_and_silence_is_left_out() -> None:
    cut = sounding(sample())
    assert len(cut.mono) == RATE_HZ
    assert len(cut.positions) == 25
    found = levels(cut.binaural, RATE_HZ)
    assert found.shape == (2, 20)
    np.testing.assert_allclose(found[0], 0.1, rtol=1e-5)
    np.testing.assert_allclose(found[1], 0.05, rtol=1e-5)


def test_the_picture_has_a_red_and_a_blue_shape_for_every_sound() -> None:
    cut = sounding(sample())
    heard = {"mono": np.stack([cut.mono] * 2), "measured": cut.binaural}
    drawn = ElementTree.fromstring(figure([(cut, heard), (cut, heard)], RATE_HZ))
    shapes = [one.get("fill") for one in drawn.iter() if one.tag.endswith("polygon")]
    assert len(shapes) == 8
    assert len(set(shapes)) == 2
