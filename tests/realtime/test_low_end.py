"""What is sent to an LFE adds up with the loudspeakers, whose sounds stay in phase together."""

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
    tone,
)
from room_scenes import in_room, without
from scipy import signal

from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES
from engine.spatial.lfe import in_phase_allpass
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


def test_what_is_not_sent_is_turned_with_the_rest_and_other_formats_are_left_alone() -> None:
    thunder, steps = (source(circle(0.5, 2.0), clip(noise(48_000, seed))) for seed in (1, 2))
    plain = render(snapshot([thunder, steps], FORMATS), 100)
    with_send = render(snapshot([sent(thunder, 0.3), steps], FORMATS), 100)
    for name, before, after in zip(FORMATS, plain, with_send, strict=True):
        if name in ("stereo", "foa"):
            np.testing.assert_array_equal(before, after)
            continue
        assert (before[LFE] == 0.0).all()
        assert (after[LFE] != 0.0).any()
        turned = signal.sosfilt(in_phase_allpass(48_000), before)
        mains = np.arange(len(before)) != LFE
        assert level_db(after[mains] - turned[mains], after[mains]) < -120.0


def test_the_same_sound_on_two_tracks_of_which_one_is_sent_does_not_cancel() -> None:
    tracks = [sent(source(fixed(0.0), clip(impulse())), gain) for gain in (10 ** (-16 / 20), 0.0)]
    (out,) = render(snapshot(tracks, ("5.1",)), 180)
    frequency_hz = np.fft.rfftfreq(out.shape[1], 1 / 48_000)
    heard = (frequency_hz >= 20.0) & (frequency_hz <= 400.0)
    mains = np.abs(np.fft.rfft(out[MAINS].sum(axis=0)))[heard]
    np.testing.assert_allclose(20 * np.log10(mains), 0.0, atol=0.05)
    raised = 10 ** (10 / 20) * out[LFE]
    together = np.abs(np.fft.rfft(out[MAINS].sum(axis=0) + raised))[heard]
    assert 20 * np.log10(together).min() > -0.05


@pytest.mark.parametrize("room", ["small_room", "street", "field"])
def test_direct_sound_and_reflections_keep_their_levels(room: str) -> None:
    levels = []
    for gain in (0.0, 10 ** (-16 / 20)):
        plan = sent(source(fixed(20.0, 0.0, 2.0), clip(impulse())), gain)
        (out,) = render(without(in_room([plan], room, ("5.1",)), "late"), 180)
        power = np.abs(np.fft.rfft(out[MAINS].sum(axis=0))) ** 2
        frequency_hz = np.fft.rfftfreq(out.shape[1], 1 / 48_000)
        ratios = [frequency_hz / centre for centre in 1000.0 * 2.0 ** (np.arange(-15, -5) / 3)]
        thirds = [(ratio > 2 ** (-1 / 6)) & (ratio < 2 ** (1 / 6)) for ratio in ratios]
        levels.append([10 * np.log10(power[third].mean()) for third in thirds])
    np.testing.assert_allclose(levels[1], levels[0], atol=0.5)


@pytest.mark.parametrize("roomy", [False, True])
def test_a_send_that_appears_while_low_sound_rings_makes_no_click(roomy: bool) -> None:
    """A tone of 50 Hz: above 400 Hz there is nothing more than when nothing changes."""
    hops = 200
    plain = source(fixed(20.0, 0.0, 2.0), clip(tone(60_000, 50.0)))
    before, after = (
        in_room([sent(plain, gain)], "small_room", ("5.1",))
        if roomy
        else snapshot([sent(plain, gain)], ("5.1",))
        for gain in (0.0, 0.5)
    )
    (settled,) = render(after, hops)
    kernel = Kernel(before)
    first = render(kernel, hops // 2)
    kernel.swap(after)
    second = [np.zeros((6, hops // 2 * HOP_SAMPLES), dtype=np.float32)]
    for hop in range(hops // 2):
        kernel.process([second[0][:, hop * HOP_SAMPLES : (hop + 1) * HOP_SAMPLES]])
    # once faded in, all is as if it had always been so
    later = np.s_[MAINS, HOP_SAMPLES:]
    expected = settled[:, hops // 2 * HOP_SAMPLES :][later]
    assert level_db(second[0][later] - expected, expected) < -60.0
    joined = np.concatenate([first[0], second[0]], axis=1)[MAINS]
    steps = np.abs(np.diff(joined[:, 20_000:]))
    assert steps.max() < 3.0 * np.abs(np.diff(settled[MAINS, 20_000:])).max()


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
