"""What is sent to an LFE adds up with the loudspeakers, and leaves everything else alone."""

from dataclasses import replace

import numpy as np
import pytest
from realtime_scenes import (
    circle,
    clip,
    fixed,
    level_db,
    noise,
    render,
    snapshot,
    source,
)

from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES
from engine.spatial.panning import fold_down

LFE = 3
MAINS = [0, 1, 2, 4, 5]
FORMATS = ("5.1", "stereo", "7.1.4", "foa")


def sent(plan, gain: float):
    return replace(plan, lfe_gain=gain)


def impulse(samples: int = 48_000):
    click = np.zeros((1, samples), dtype=np.float32)
    click[0, 1000] = 0.5
    return click


@pytest.mark.parametrize("send_db", [-20.0, -10.0, 0.0])
def test_a_bass_managed_system_hears_the_sum_without_a_dip(send_db: float) -> None:
    """All loudspeakers and the LFE, raised by 10 dB, in one subwoofer: 1 + send * |low-pass|."""
    gain = 10 ** (send_db / 20)
    scene = snapshot([sent(source(fixed(0.0), clip(impulse())), gain)], ("5.1",))
    (out,) = render(scene, 180)
    together = out[MAINS].sum(axis=0) + 10 ** (10 / 20) * out[LFE]
    frequency_hz = np.fft.rfftfreq(out.shape[1], 1 / 48_000)
    heard = (frequency_hz >= 20.0) & (frequency_hz <= 400.0)
    level = np.abs(np.fft.rfft(together))[heard] / 0.5
    warped = np.tan(np.pi * frequency_hz[heard] / 48_000) / np.tan(np.pi * 90.0 / 48_000)
    expected = 1.0 + 10 ** (10 / 20) * gain / (1.0 + warped**8)
    np.testing.assert_allclose(20 * np.log10(level / expected), 0.0, atol=0.02)
    mains = np.abs(np.fft.rfft(out[MAINS].sum(axis=0)))[heard] / 0.5
    np.testing.assert_allclose(20 * np.log10(mains), 0.0, atol=0.01)


def test_what_is_not_sent_is_as_without_a_send() -> None:
    thunder, steps = (source(circle(0.5, 2.0), clip(noise(48_000, seed))) for seed in (1, 2))
    plain = render(snapshot([thunder, steps], FORMATS), 100)
    with_send = render(snapshot([sent(thunder, 0.3), steps], FORMATS), 100)
    steps_alone = render(snapshot([steps], FORMATS), 100)
    thunder_alone = render(snapshot([sent(thunder, 0.3)], FORMATS), 100)
    for name, before, after, one, other in zip(
        FORMATS, plain, with_send, steps_alone, thunder_alone, strict=True
    ):
        if name in ("stereo", "foa"):
            np.testing.assert_array_equal(before, after)
        else:
            assert (before[LFE] == 0.0).all()
            assert (one[LFE] == 0.0).all()
            assert level_db(after - one - other, after) < -130.0


def test_both_surround_formats_have_the_same_lfe_at_the_faders_level() -> None:
    scene = snapshot([sent(source(circle(1.0, 2.0), clip(noise(48_000))), 0.5)], FORMATS)
    kernel = Kernel(scene)
    loud = render(kernel, 60)
    np.testing.assert_array_equal(loud[0][LFE], loud[2][LFE])
    kernel.locate(0)
    kernel.controls.set_master_gain(-12.0)
    kernel.locate(0)
    soft = render(kernel, 60)
    apart = soft[0][LFE] - 10 ** (-12 / 20) * loud[0][LFE]
    assert level_db(apart, loud[0][LFE]) < -120.0


def test_where_playback_begins_and_how_it_is_cut_does_not_matter() -> None:
    sources = [sent(source(circle(2.0, 2.0), clip(noise(48_000)), doppler=True), 0.3)]
    scene = snapshot([*sources, source(fixed(30.0), clip(noise(48_000, 3)))], ("5.1",))
    (whole,) = render(scene, 120)
    (later,) = render(scene, 40, 70 * HOP_SAMPLES)
    assert level_db(later - whole[:, 70 * HOP_SAMPLES : 110 * HOP_SAMPLES], later) < -120.0
    at_once = np.zeros_like(whole)
    Kernel(scene).process_hops([at_once])
    np.testing.assert_array_equal(at_once, whole)


def test_a_fold_down_of_what_is_sent_is_as_of_what_is_not() -> None:
    """BS.775 leaves the LFE out; what else is folded has been turned alike, and adds up alike."""
    folded = []
    for gain in (0.0, 1.0):
        plan = sent(source(fixed(20.0), clip(impulse())), gain)
        (out,) = render(snapshot([plan], ("5.1",)), 180)
        folded.append(np.abs(np.fft.rfft(fold_down("5.1", "stereo") @ out)))
    np.testing.assert_allclose(folded[1], folded[0], atol=1e-3)
