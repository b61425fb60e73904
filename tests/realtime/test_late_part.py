"""The late part of rooms: decay times, level, seam, diffuseness, determinism."""

import numpy as np
import pytest
from realtime_scenes import RATE_HZ, clip, fixed, level_db, noise, render, source
from room_scenes import in_room, wet, without
from scipy import signal

from engine.realtime.fdn import FeedbackDelays
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES, Snapshot
from engine.render.renderer import render_span
from engine.render.rooms import RoomChoice
from engine.spatial.reverberation import LINES, late_plan
from engine.spatial.room import Room, preset_names, reverberant_energy, room_named
from engine.spatial.shelves import OCTAVES_HZ

RINGING = [n for n in preset_names() if room_named(n).rt60_s is not None]
WEIGHTS = np.repeat([1.0, 3.0, 5.0, 7.0], [1, 3, 5, 7])[:, None]
"""Of SN3D channels, for the energy from everywhere."""


def impulse_response(
    room: Room, rate_hz: int = RATE_HZ, seconds: float | None = None
) -> np.ndarray:
    """(16, n) answer of the tail alone to an impulse; until it has died away, or less."""
    late = FeedbackDelays(late_plan(room, rate_hz))
    hops = int((seconds or max(room.rt60_s) * 1.2) * rate_hz) // HOP_SAMPLES + 8
    out = np.zeros((16, hops * HOP_SAMPLES), np.float32)
    mono = np.zeros(HOP_SAMPLES, np.float32)
    for hop in range(hops):
        mono[0] = hop == 0
        late.render(mono, hop == 0, out[:, hop * HOP_SAMPLES : (hop + 1) * HOP_SAMPLES])
    return out.astype(np.float64)


def octave(samples: np.ndarray, centre_hz: float, rate_hz: int = RATE_HZ) -> np.ndarray:
    """Filtered backwards in time: its own decay lies before the sound's (ISO 3382-1)."""
    edges = [centre_hz / np.sqrt(2), min(centre_hz * np.sqrt(2), 0.49 * rate_hz)]
    sections = signal.butter(4, edges, "band", fs=rate_hz, output="sos")
    return signal.sosfilt(sections, samples[..., ::-1])[..., ::-1]


def t30_s(samples: np.ndarray, rate_hz: int = RATE_HZ) -> float:
    """Schroeder's integration, a line through -5 to -35 dB."""
    left = np.cumsum(samples[::-1] ** 2)[::-1]
    left_db = 10 * np.log10(left / left[0] + 1e-15)
    first, last = np.searchsorted(-left_db, [5.0, 35.0])
    slope = np.polyfit(np.arange(first, last) / rate_hz, left_db[first:last], 1)[0]
    return float(-60.0 / slope)


def worst_decay(name: str, rate_hz: int = RATE_HZ) -> float:
    """The largest relative difference to what was set, of all octaves."""
    room = room_named(name)
    omni = impulse_response(room, rate_hz)[0]
    decays_s = [t30_s(octave(omni, centre_hz, rate_hz), rate_hz) for centre_hz in OCTAVES_HZ]
    return float(np.abs(np.array(decays_s) / room.rt60_s - 1.0).max())


@pytest.mark.parametrize("name", RINGING)
def test_every_octave_decays_as_it_was_set(name: str) -> None:
    assert worst_decay(name) < 0.1


@pytest.mark.parametrize(("name", "rate_hz"), [("car", 44_100), ("forest", 96_000)])
def test_decay_does_not_depend_on_the_rate(name: str, rate_hz: int) -> None:
    assert worst_decay(name, rate_hz) < 0.1


@pytest.mark.parametrize("name", ["small_room", "hall", "church"])
def test_it_is_as_loud_as_statistics_say(name: str) -> None:
    """From 60 ms on, every octave holds 16 pi / A exp(-13.8 t / T) of an impulse's energy.

    Heard evenly from everywhere: single directions differ by chance.
    """
    room = room_named(name)
    field = impulse_response(room)
    impulse = np.zeros(1 << 15)
    impulse[1 << 14] = 1.0
    start = int(0.06 * RATE_HZ)
    for band in range(1, 6):
        there = np.mean(WEIGHTS * octave(field, OCTAVES_HZ[band])[:, start:] ** 2, axis=0).sum()
        given = np.sum(octave(impulse, OCTAVES_HZ[band]) ** 2)
        left = np.exp(-6 * np.log(10) * 0.06 / room.rt60_s[band])
        expected = reverberant_energy(room)[band] * left
        assert 10 * np.log10(there / given / expected) == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize(
    ("name", "order"), [*((name, 3) for name in RINGING), ("car", 1), ("hall", 1), ("loft", 1)]
)
def test_early_and_late_meet_without_a_step_or_a_gap(name: str, order: int) -> None:
    """What is left of the energy follows the decay through the seam, within 3 dB, at 1 kHz.

    And from the first reflections of walls on there is sound in every 20 ms, if less here than
    there: no window holds less than 15 dB below what the decay would have.
    """
    room = room_named(name)
    seconds = room.rt60_s[3]
    samples = np.zeros((1, 512), np.float32)
    samples[0, 0] = 1.0
    hops = int(max(0.8 * seconds, 0.1) * RATE_HZ) // HOP_SAMPLES
    place = fixed(35.0, 5.0, min(2.0, 0.25 * room.size_m[0]))
    scene = in_room([source(place, clip(samples))], RoomChoice(name, 0.0, None, order), ("hoa3",))
    heard = octave(wet(scene, hops)[0].astype(float), 1000.0)
    energy = np.sum(WEIGHTS * heard**2, axis=0)
    left = np.cumsum(energy[::-1])[::-1]
    settled = int(0.35 * seconds * RATE_HZ)
    expected = left[settled] * 10.0 ** (6.0 * (settled - np.arange(settled)) / RATE_HZ / seconds)
    plan = late_plan(room, RATE_HZ, order)
    seam = int(plan.input_delays_samples.min() + plan.lengths_samples.min())
    assert np.abs(10.0 * np.log10(left[seam:settled] / expected[seam:])).max() < 3.0
    window = int(0.02 * RATE_HZ)
    shares = -np.diff(left[:settled:window]) / -np.diff(expected[::window])
    assert (shares[1:] > 0.03).all()


@pytest.mark.parametrize("name", [name for name in RINGING if name != "car"])
def test_the_tail_grows_dense_and_stays_it(name: str) -> None:
    """Abel and Huang's measure, 1 for noise: as much soon after the lines' second round."""
    room = room_named(name)
    window = int(0.02 * RATE_HZ)
    plan = late_plan(room, RATE_HZ)
    soon = int(plan.input_delays_samples.max() + 2.0 * plan.lengths_samples.max())
    omni = impulse_response(room, seconds=(soon + 6 * window) / RATE_HZ)[0]
    pieces = omni[soon : soon + 6 * window].reshape(6, window)
    pieces = pieces * 10.0 ** (3.0 * np.arange(window) / RATE_HZ / room.rt60_s[3])
    outside = np.mean(np.abs(pieces) > pieces.std(axis=1, keepdims=True)) / 0.3173
    assert 0.85 < outside < 1.3


@pytest.mark.parametrize("name", ["bathroom", "hall"])
def test_the_tail_is_diffuse(name: str) -> None:
    tail = impulse_response(room_named(name))
    start = tail.shape[1] // 12
    covariance = np.cov(tail[:4, start:])
    np.testing.assert_allclose(np.diag(covariance)[1:] / covariance[0, 0], 1 / 3, rtol=0.12)
    correlation = np.corrcoef(tail[:, start:])
    assert np.abs(correlation - np.eye(16)).max() < 0.2
    powers = np.diag(np.cov(tail[:, start:]))
    order_three = powers[9:16].mean() / powers[0]
    assert order_three == pytest.approx(1 / 7, rel=0.15)  # SN3D: 1 / (2 n + 1)
    assert LINES >= 16


def test_echoes_soon_stand_close() -> None:
    """Within 150 ms, a hall's tail is as Gaussian as noise (Abel and Huang's measure)."""
    omni = impulse_response(room_named("hall"))[0]
    window = int(0.02 * RATE_HZ)
    piece = omni[int(0.15 * RATE_HZ) :][: 4 * window]
    outside = np.mean(np.abs(piece) > piece.std())
    assert outside / 0.3173 > 0.9


def test_silence_stays_silence_and_the_end_is_zero() -> None:
    silent = source(fixed(0.0), clip(np.zeros((1, 9000), np.float32)))
    assert not wet(in_room([silent], "hall"), 60)[0].any()
    samples = noise(2000)
    scene = in_room([source(fixed(0.0, 0.0, 2.0), clip(samples))], "small_room")
    heard = wet(scene, 900)[0]
    assert np.abs(heard[:, 24_000:48_000]).max() > 0.0
    assert not heard[:, -25_000:].any()  # not even denormal numbers


def test_any_way_to_cut_gives_the_same_samples() -> None:
    scene = in_room([source(fixed(50.0, 0.0, 2.0), clip(noise(30_000)), doppler=True)], "bathroom")
    whole = render(scene, 200)[0]
    kernel = Kernel(scene)
    kernel.locate(0)
    np.testing.assert_array_equal(render(kernel, 200)[0], whole)
    late_start = render(scene, 120, 10_000)[0]
    np.testing.assert_allclose(late_start, whole[:, 10_000 : 10_000 + 120 * HOP_SAMPLES], atol=2e-6)


def ringing(name: str, sources: int = 3) -> Snapshot:
    """Noise of six seconds from all around."""
    return in_room(
        [
            source(fixed(40.0 * i, 0.0, 3.0), clip(noise(290_000, i)), strip=i % 4)
            for i in range(sources)
        ],
        name,
    )


@pytest.mark.parametrize(
    ("name", "sources", "limit_db"),
    [("small_room", 3, -110.0), ("hall", 3, -110.0), ("hall", 16, -70.0), ("church", 3, -55.0)],
)
def test_a_seek_is_what_the_file_holds(name: str, sources: int, limit_db: float) -> None:
    """From the first sample on: a few sources' tails are taken in until they are 120 dB down."""
    scene = ringing(name, sources)
    whole = render(scene, 1020)[0]
    start = 1000 * HOP_SAMPLES
    after = render(scene, 10, start)[0]
    expected = whole[:, start : start + after.shape[1]]
    assert level_db(after - expected, expected) < limit_db


def test_a_delivered_span_is_what_the_whole_file_holds() -> None:
    """Files may take the time that all of the past takes."""
    scene = ringing("church", 2)
    start = 1000 * HOP_SAMPLES
    expected = render(scene, 1010)[0][:, start:]
    (span,) = render_span(scene, start, expected.shape[1]).values()
    assert level_db(span - expected, expected) < -110.0


def test_a_loop_turns_to_what_was_heard_when_it_began() -> None:
    """Though a turn has no time for seconds of the past; a fader moved meanwhile makes it old."""
    kernel = Kernel(ringing("hall"))
    start = 1000 * HOP_SAMPLES
    kernel.locate(start)
    first = render(kernel, 10)[0]
    kernel.locate(start, hurried=True)
    np.testing.assert_array_equal(render(kernel, 10)[0], first)
    kernel.controls.set_track_gain("t1", -12.0)
    kernel.locate(start, hurried=True)
    turned = render(kernel, 10)[0]
    kernel.locate(start)
    lowered = render(kernel, 10)[0]
    assert level_db(lowered - first, first) > -10.0
    assert level_db(turned - lowered, lowered) < -15.0


def test_a_turn_takes_in_less_of_the_past_than_a_seek() -> None:
    room = ringing("church").room
    assert room is not None
    assert 0 < 2 * room.hurried_hops < room.prefill_hops


@pytest.mark.parametrize("room", ["small_room", "church"])
@pytest.mark.parametrize("sound_samples", [30_000, 80_000], ids=["its tail", "the sound"])
def test_an_edit_while_it_sounds_is_not_heard(room: str, sound_samples: int) -> None:
    """Of every format: in each other filters remember the field in which the room answers."""
    formats = ("foa", "hoa3", "stereo", "5.1", "7.1.4", "binaural")
    sources = [source(fixed(0.0, 0.0, 2.0), clip(noise(sound_samples)))]
    scene = in_room(sources, room, formats)
    whole = render(scene, 200)
    kernel = Kernel(scene)
    before = render(kernel, 140)
    kernel.swap(in_room(sources, room, formats))
    after = render(kernel, 60)
    for first, rest, expected in zip(before, after, whole, strict=True):
        np.testing.assert_allclose(np.concatenate([first, rest], axis=1), expected, atol=1e-6)


def test_formats_hear_the_same_room() -> None:
    """Stereo, 5.1 and the omnidirectional channel hold the same late energy, within 1 dB."""
    formats = ("foa", "hoa3", "stereo", "5.1", "7.1.4", "binaural")
    scene = in_room([source(fixed(20.0, 0.0, 2.0), clip(noise(12_000)))], "loft", formats)
    heard = wet(without(scene, "early"), 300)
    energies = {n: np.sum(h.astype(float) ** 2) for n, h in zip(formats, heard, strict=True)}
    omni = np.sum(heard[0][0].astype(float) ** 2)
    for name in ("stereo", "5.1", "7.1.4"):
        assert 10 * np.log10(energies[name] / omni) == pytest.approx(0.0, abs=1.0)
    assert 10 * np.log10(energies["foa"] / omni) == pytest.approx(3.01, abs=1.0)
    assert 10 * np.log10(energies["hoa3"] / omni) == pytest.approx(6.02, abs=1.0)
    ears = heard[-1].astype(float)
    assert 10 * np.log10(np.sum(ears[0] ** 2) / np.sum(ears[1] ** 2)) == pytest.approx(0, abs=1.0)
    assert 1.0 < energies["binaural"] / omni < 8.0  # two ears, and what a head makes of them


def test_level_moves_all_that_a_room_answers() -> None:
    sources = [source(fixed(20.0, 0.0, 2.0), clip(noise(9_000)))]
    loud = wet(in_room(sources, RoomChoice("hall")), 120)[0]
    soft = wet(in_room(sources, RoomChoice("hall", -20.0)), 120)[0]
    np.testing.assert_allclose(10.0 * soft, loud, atol=2e-5)
