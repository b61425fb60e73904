"""Shuttling and scrubbing: direction, pitch, position, no clicks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signal_scenes import RATE_HZ, SignalKernel, heard, sine, transport_over

from engine.playback.scene import HOP_SAMPLES, SceneReader
from engine.playback.tape import LARGEST_SLAB_SAMPLES, SceneTape
from engine.playback.transport import Transport

TONE_HZ = 500.0


def shuttled(speed: float, from_s: float = 20.0) -> tuple[Transport, SignalKernel]:
    kernel = SignalKernel(sine(TONE_HZ))
    transport = transport_over(kernel)
    transport.locate(int(from_s * RATE_HZ))
    transport.shuttle(speed)
    return transport, kernel


@given(
    starts=st.lists(st.integers(-3000, 3000), min_size=1, max_size=60),
    length=st.integers(1, 3000),
)
@settings(max_examples=30, deadline=None)
def test_tape_gives_every_stretch_as_it_is(starts: list[int], length: int) -> None:
    kernel = SignalKernel(lambda samples: samples)
    tape = SceneTape(SceneReader(kernel, 1))
    first = 10_000
    for step in starts:
        first += step
        stretch = tape.stretch(first, first + length)[0]
        expected = np.arange(first, first + length)
        assert np.array_equal(stretch, np.where(expected < 0, 0, expected))


def test_going_back_renders_little_at_a_time_and_keeps_little() -> None:
    kernel = SignalKernel(lambda samples: samples)
    tape = SceneTape(SceneReader(kernel, 2))
    most = 0
    for first in range(500_000, 100_000, -HOP_SAMPLES):
        before = kernel.hops
        tape.stretch(first, first + 400)
        if first < 480_000:  # the first slabs are made at once
            most = max(most, kernel.hops - before)
    assert most <= 4
    assert kernel.locates < 8 + 400_000 / LARGEST_SLAB_SAMPLES
    assert tape._samples.shape[1] < 4 * LARGEST_SLAB_SAMPLES


@pytest.mark.parametrize("speed", [-1.0, -2.0, 2.0, -4.0, 4.0, 0.5, -0.3])
def test_pitch_and_position_follow_the_speed(speed: float) -> None:
    transport, _ = shuttled(speed)
    heard(transport, 0.5)  # the glide
    start = transport.position
    sound = heard(transport, 0.6)
    blocks = round(0.6 * RATE_HZ / HOP_SAMPLES)
    assert transport.position - start == pytest.approx(speed * blocks * HOP_SAMPLES, abs=2)
    angle = 2 * np.pi * TONE_HZ * abs(speed) / RATE_HZ * np.arange(len(sound))
    basis = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    weights, *_ = np.linalg.lstsq(basis, sound, rcond=None)
    residual = sound - basis @ weights
    assert np.hypot(*weights) == pytest.approx(1.0, abs=2e-3)
    assert 20 * np.log10(np.sqrt(np.mean(residual**2))) < -60.0


def test_backwards_is_truly_backwards() -> None:
    kernel = SignalKernel(lambda samples: samples / 1e6)
    transport = transport_over(kernel)
    transport.locate(480_000)
    transport.shuttle(-1.0)
    heard(transport, 0.3)
    at = transport.position
    sound = heard(transport, 0.2) * 1e6
    assert sound == pytest.approx(at - np.arange(len(sound)), abs=1.0)


def test_what_would_fold_back_is_taken_away() -> None:
    kernel = SignalKernel(sine(10_000.0))
    transport = transport_over(kernel)
    transport.shuttle(4.0)
    heard(transport, 0.5)
    assert np.abs(heard(transport, 0.3)).max() < 0.01  # 40 kHz does not exist here


@pytest.mark.parametrize("speeds", [(1.0, -1.0), (2.0, -2.0, 2.0), (-1.0, -2.0, -4.0, -8.0, 1.5)])
def test_changes_of_speed_make_no_click(speeds: tuple[float, ...]) -> None:
    transport, _ = shuttled(-0.5)
    pieces = [heard(transport, 0.3)]
    for speed in speeds:
        transport.shuttle(speed)
        pieces.append(heard(transport, 0.3))
    sound = np.concatenate(pieces)
    fastest = min(max(abs(speed) for speed in speeds), 4.0)
    bend = np.abs(np.diff(sound, 2)).max()
    assert bend < 3.0 * (2 * np.pi * TONE_HZ * fastest / RATE_HZ) ** 2


@pytest.mark.parametrize("speed", [-8.0, 8.0, 16.0])
def test_flying_is_heard_in_grains_at_the_scenes_own_pitch(speed: float) -> None:
    transport, kernel = shuttled(speed, 30.0)
    before = kernel.hops
    sound = heard(transport, 1.0)
    assert (transport.position - 30 * RATE_HZ) / RATE_HZ == pytest.approx(speed, rel=0.02)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    loudest_hz = spectrum.argmax() * RATE_HZ / len(sound)
    assert loudest_hz == pytest.approx(TONE_HZ, abs=20.0)
    assert kernel.hops - before < 1.5 * RATE_HZ / HOP_SAMPLES  # no more work than plain playing


def test_a_busy_machine_hears_grains_earlier() -> None:
    transport, kernel = shuttled(4.0)
    transport.pitch_limit = 1.5
    before = kernel.hops
    heard(transport, 1.0)
    assert kernel.hops - before < 1.5 * RATE_HZ / HOP_SAMPLES


@pytest.mark.parametrize(("speed", "end"), [(-2.0, 0), (2.0, 60 * RATE_HZ), (-8.0, 0)])
def test_shuttling_ends_at_the_scenes_ends(speed: float, end: int) -> None:
    transport, _ = shuttled(speed, 0.5 if speed < 0 else 59.5)
    heard(transport, 1.0)
    assert not transport.playing
    assert transport.position == end
    assert transport.speed == 0.0
    assert transport.is_silent


def test_play_after_shuttling_is_plain_again() -> None:
    transport, _ = shuttled(-2.0)
    heard(transport, 0.2)
    transport.stop(transport.position)
    transport.play()
    at = transport.position
    sound = heard(transport, 0.1)
    fade = transport.fade_samples
    expected = sine(TONE_HZ)(at + np.arange(len(sound), dtype=float)).astype(np.float32)
    assert np.array_equal(sound[fade:], expected[fade:])


def test_the_hand_is_followed_both_ways_and_silence_where_it_rests() -> None:
    kernel = SignalKernel(sine(TONE_HZ))
    transport = transport_over(kernel)
    for direction in (1, -1):
        place = 10 * RATE_HZ
        transport.scrub(place)
        heard(transport, 0.5)
        assert transport.is_silent
        assert not heard(transport, 0.05).any()
        loudness = []
        for _ in range(60):  # a hand at plain speed, told of every hop
            place += direction * HOP_SAMPLES
            transport.scrub(place)
            assert transport.position == place
            loudness.append(heard(transport, HOP_SAMPLES / RATE_HZ))
        sound = np.concatenate(loudness[30:])
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
        assert spectrum.argmax() * RATE_HZ / len(sound) == pytest.approx(TONE_HZ, abs=10.0)
        rest = heard(transport, 0.5)
        assert np.abs(rest[-1000:]).max() == 0.0
        assert np.abs(np.diff(np.concatenate([sound, rest]))).max() < 0.1
        transport.locate(0)


def test_a_far_jump_of_the_hand_is_heard_where_it_lands() -> None:
    kernel = SignalKernel(lambda samples: np.where(samples > 5e5, 0.5, 0.0))
    transport = transport_over(kernel)
    transport.scrub(100_000)
    assert not heard(transport, 0.5).any()
    assert not transport.is_near(600_000)
    transport.scrub(600_000)
    assert np.abs(heard(transport, 0.2)).max() > 0.4
    assert transport.is_near(610_000)


def test_the_slow_part_of_a_jump_is_over_when_writing_goes_on() -> None:
    kernel = SignalKernel(sine(TONE_HZ))
    transport = transport_over(kernel)
    transport.locate(48_000)
    transport.play()
    assert kernel.hops == 0
    transport.prepare()
    assert kernel.hops == 1  # the first hop may take longer than the others
    transport.next_block()
    assert kernel.hops == 1
