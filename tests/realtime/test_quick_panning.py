"""Fast sources in formats made of gains, against gains that change with every sample."""

from dataclasses import replace

import numpy as np
import pytest
from realtime_scenes import (
    RATE_HZ,
    circle,
    clip,
    fixed,
    level_db,
    noise,
    render,
    snapshot,
    source,
    tone,
)

from engine.coordinates import to_cartesian
from engine.realtime.kernel import Kernel
from engine.realtime.quick_panning import turns_fast
from engine.realtime.snapshot import ENCODER_ROOM, MotionPlan
from engine.spatial.encoders import channel_encoder

HOPS = 120
SAMPLES = HOPS * 256
KEPT = slice(4000, 28_000)
MAINS = [0, 1, 2, 4, 5]


def even_circle(turns_per_s: float) -> MotionPlan:
    """So many keys that the lines between them are the circle."""
    times = np.arange(0.0, SAMPLES + 512.0, 16.0)
    return MotionPlan(times, to_cartesian(360.0 * turns_per_s * times / RATE_HZ, 0.0, 1.0))


def ideal(name: str, turns_per_s: float, dry) -> np.ndarray:
    """Every sample with the gains of its own direction."""
    times = np.arange(SAMPLES) + 0.5
    directions = to_cartesian(360.0 * turns_per_s * times / RATE_HZ, 0.0)
    encoder = channel_encoder(name, RATE_HZ)
    gains = np.zeros((encoder.channels, SAMPLES))
    encoder.fill(directions, np.ones(SAMPLES), gains, np.zeros(ENCODER_ROOM))
    return gains * dry[0]


def far_from_the_tone_db(samples, frequency_hz: float, width_hz: float) -> float:
    power = np.abs(np.fft.rfft(samples * np.kaiser(len(samples), 20.0))) ** 2
    far = np.abs(np.fft.rfftfreq(len(samples), 1.0 / RATE_HZ) - frequency_hz) > width_hz
    return float(10 * np.log10(power[far].sum() / power.sum()))


@pytest.mark.parametrize(
    ("name", "turns_per_s", "worst_db"),
    [
        ("5.1", 1.0, -65.0), ("5.1", 5.0, -65.0), ("5.1", 10.0, -48.0), ("7.1.4", 5.0, -60.0),
        ("stereo", 5.0, -65.0), ("foa", 5.0, -90.0), ("foa", 10.0, -75.0), ("hoa3", 10.0, -60.0),
        ("hoa7", 5.0, -60.0),
    ],
)  # fmt: skip
def test_gains_are_those_of_every_moment(name: str, turns_per_s: float, worst_db: float) -> None:
    dry = tone(SAMPLES, 1000.0)
    (out,) = render(snapshot([source(even_circle(turns_per_s), clip(dry))], (name,)), HOPS)
    wanted = ideal(name, turns_per_s, dry)
    assert level_db((out - wanted)[:, KEPT], wanted[:, KEPT]) < worst_db


@pytest.mark.parametrize("turns_per_s", [1.0, 5.0, 10.0])
def test_a_circling_tone_has_the_panners_own_sidebands_and_no_others(turns_per_s: float) -> None:
    """A panner's gains bend at every loudspeaker; ambisonics bends nowhere."""
    dry = tone(SAMPLES, 1000.0)
    scene = snapshot([source(even_circle(turns_per_s), clip(dry))], ("5.1", "foa"))
    panned, field = render(scene, HOPS)
    left = ideal("5.1", turns_per_s, dry)[0]
    width_hz = 100.0 + 30.0 * turns_per_s
    ours = far_from_the_tone_db(panned[0, KEPT], 1000.0, width_hz)
    assert ours < max(-60.0, far_from_the_tone_db(left[KEPT], 1000.0, width_hz) + 1.0)
    assert far_from_the_tone_db(field[3, KEPT], 1000.0, width_hz) < -70.0


def test_what_is_sent_to_an_lfe_is_as_fast() -> None:
    dry = tone(SAMPLES, 2000.0)  # far above the filters that turn its phase
    plan = replace(source(even_circle(5.0), clip(dry)), lfe_gain=0.3)
    (out,) = render(snapshot([plan], ("5.1",)), HOPS)
    quarter = np.gradient(dry[0]) / (2 * np.pi * 2000.0 / RATE_HZ)
    wanted = ideal("5.1", 5.0, dry)
    basis = np.stack([wanted[:, KEPT], ideal("5.1", 5.0, quarter[None])[:, KEPT]])[:, MAINS]
    shares, *_ = np.linalg.lstsq(basis.reshape(2, -1).T, out[MAINS, KEPT].ravel(), rcond=None)
    assert np.linalg.norm(shares) == pytest.approx(1.0, abs=0.01)
    left = out[MAINS, KEPT] - np.tensordot(shares, basis, 1)
    assert level_db(left, out[MAINS, KEPT]) < -55.0


def test_fast_slow_still_and_jumping_sources_add_up_and_begin_anywhere() -> None:
    jump = MotionPlan(
        np.array([0.0, 9000.0, 9001.0, 40_000.0]), np.eye(3)[[0, 0, 1, 1]] + [0.0, 0.0, 0.2]
    )
    motions = [circle(0.1, 1.0), circle(4.0, 1.0), jump, fixed(20.0)]
    sources = [source(m, clip(noise(40_000, i))) for i, m in enumerate(motions)]
    formats = ("5.1", "hoa3")
    whole = render(snapshot(sources, formats), 100)
    alone = [render(snapshot([each], formats), 100) for each in sources]
    later = render(snapshot(sources, formats), 30, 40 * 256)
    at_once = [np.zeros_like(out) for out in whole]
    Kernel(snapshot(sources, formats)).process_hops(at_once)
    for index, out in enumerate(whole):
        assert level_db(out - sum(each[index] for each in alone), out) < -120.0
        np.testing.assert_array_equal(at_once[index], out)
        np.testing.assert_array_equal(later[index], out[:, 40 * 256 : 70 * 256])


def test_a_jump_is_faded_without_a_click() -> None:
    times = np.array([0.0, 15_000.0, 15_001.0, 40_000.0])
    places = to_cartesian([30.0, 30.0, -110.0, -110.0], 0.0)
    (out,) = render(snapshot([source(MotionPlan(times, places), clip(tone(SAMPLES, 200.0)))],
                             ("5.1",)), HOPS)  # fmt: skip
    power = np.abs(np.fft.rfft(out[0, KEPT] * np.kaiser(24_000, 20.0))) ** 2
    assert 10 * np.log10(power[2000:].sum() / power.sum()) < -70.0


def test_what_never_turns_fast_is_known() -> None:
    near, far = (MotionPlan(np.array([0.0, 48_000.0]), np.array([[5.0, y, 0.0], [-5.0, y, 0.0]]))
                 for y in (0.5, 8.0))  # fmt: skip
    for motion, fast in ((fixed(0.0), False), (far, False), (near, True), (circle(1.0, 1.0), True)):
        assert turns_fast(snapshot([source(motion, clip(noise(100)))], ("5.1",))) is fast
