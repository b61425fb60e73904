"""Sound fields reach loudspeakers by their low decoder below and by the high one above."""

import numpy as np
import pytest
from realtime_scenes import clip, fixed, level_db, noise, render, snapshot, source, tone

from engine.coordinates import to_cartesian
from engine.layouts import SURROUND_51
from engine.realtime.snapshot import HOP_SAMPLES, BedPlan
from engine.spatial.ambisonics import field_to_layout
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.loudspeaker_fields import low_decoder

WAVE = spherical_harmonics(1, to_cartesian(70.0, 0.0))


def bed_of(dry) -> BedPlan:
    return BedPlan(0, (clip((WAVE[:, None] * dry).astype(np.float32), rows=4),))


def test_gains_are_the_low_decoders_below_and_the_high_ones_above() -> None:
    for frequency_hz, decoder in (
        (40.0, low_decoder(1, SURROUND_51)),
        (12_000.0, field_to_layout(1, SURROUND_51)),
    ):
        dry = tone(24_000, frequency_hz)
        (out,) = render(snapshot([], ("5.1",), beds=(bed_of(dry),)), 90)
        settled = np.s_[:, 4800:19_200]
        levels = np.sqrt(2.0 * np.mean(np.square(out[settled], dtype=float), axis=1)) / 0.5
        np.testing.assert_allclose(levels, np.abs(decoder @ WAVE), atol=0.02)


def test_other_formats_of_the_same_scene_have_one_band() -> None:
    dry = noise(24_000)
    outs = render(snapshot([], ("5.1", "foa", "stereo"), beds=(bed_of(dry),)), 60)
    expected = WAVE[:, None] * dry[:, : outs[1].shape[1]]
    np.testing.assert_allclose(outs[1], expected, atol=1e-6)


def test_a_field_rings_out_and_begins_anywhere() -> None:
    dry = noise(20 * HOP_SAMPLES + 100)
    scene = snapshot([], ("5.1", "7.1.4"), beds=(bed_of(dry),))
    whole = render(scene, 60)
    for out in whole:
        assert np.abs(out[:, 21 * HOP_SAMPLES : 22 * HOP_SAMPLES]).max() > 0.0
        assert (out[:, 30 * HOP_SAMPLES :] == 0.0).all()
    for start in (5 * HOP_SAMPLES, 15 * HOP_SAMPLES + 77):
        for out, later in zip(whole, render(scene, 12, start), strict=True):
            expected = out[:, start : start + later.shape[1]]
            assert level_db(later - expected, expected) < -140.0


@pytest.mark.parametrize("azimuth_deg", [0.0, 30.0, 110.0])
@pytest.mark.parametrize("name", ["5.1", "7.1.4"])
def test_a_field_is_in_phase_with_an_object_from_the_same_direction(
    name: str, azimuth_deg: float
) -> None:
    click = np.zeros((1, 12_800), dtype=np.float32)
    click[0, 1000] = 0.5
    wave = spherical_harmonics(1, to_cartesian(azimuth_deg, 0.0))[:, None] * click
    bed = BedPlan(0, (clip(wave.astype(np.float32), rows=4),))
    (point,) = render(snapshot([source(fixed(azimuth_deg), clip(click))], (name,)), 50)
    (field,) = render(snapshot([], (name,), beds=(bed,)), 50)
    heard = np.fft.rfftfreq(12_800, 1 / 48_000)
    heard = (heard >= 50.0) & (heard <= 10_000.0)
    ratio = np.fft.rfft(field.sum(axis=0))[heard] / np.fft.rfft(point.sum(axis=0))[heard]
    assert np.abs(np.degrees(np.angle(ratio))).max() < 30.0
