"""The parts of playing, each by itself: known answers and properties."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import sounddevice
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.coordinates import to_cartesian
from engine.layouts import AMBISONIC_FORMATS
from engine.playback.ahead import AheadWriter
from engine.playback.device import INVALID_SAMPLE_RATE, DeviceRequest, _choose, _start_mixer
from engine.playback.heard import DeviceClock, Piece, Score
from engine.playback.listening import listening_to
from engine.playback.meters import FALL_DB_PER_S, PeakMeters
from engine.playback.monitor import monitor_matrix
from engine.playback.output import SilentOutput, ring_capacity
from engine.playback.path import OutputPath
from engine.playback.resample import Resampler
from engine.playback.scene import HOP_SAMPLES, SceneReader
from engine.playback.shared import ClockReading, SharedBlock
from engine.playback.transport import Transport
from engine.project.model import Project
from engine.spatial.harmonics import spherical_harmonics

RATE_HZ = 48_000


class CountingKernel:
    """Sounds every scene sample's own number, so that a jump is seen exactly."""

    latency_samples = 0

    def __init__(self) -> None:
        self.controls = None
        self.sample = 0
        self.jumps: list[tuple[int, bool]] = []

    def locate(self, sample: int, *, hurried: bool = False) -> None:
        self.sample = sample
        self.jumps.append((sample, hurried))

    def process(self, outs: Sequence[NDArray[np.float32]]) -> None:
        outs[0][:] = np.arange(self.sample, self.sample + HOP_SAMPLES)
        self.sample += HOP_SAMPLES

    def swap(self, prepared: object) -> None:
        raise NotImplementedError


def transport(end_sample: int = 100_000) -> Transport:
    made = Transport(RATE_HZ)
    made.end_sample = end_sample
    made.set_reader(SceneReader(CountingKernel(), 1), RATE_HZ)
    return made


def read(source: Transport, blocks: int) -> NDArray[np.float32]:
    return np.concatenate([source.next_block().samples[0] for _ in range(blocks)])


def test_reader_gives_the_same_samples_in_any_pieces() -> None:
    reader = SceneReader(CountingKernel(), 1)
    reader.locate(1000)
    pieces = [reader.read(count)[0] for count in (1, 255, 256, 257, 511, 3)]
    assert np.array_equal(np.concatenate(pieces), np.arange(1000, 1000 + 1283))


def test_reader_turns_faults_into_silence() -> None:
    class Broken(CountingKernel):
        def process(self, outs: Sequence[NDArray[np.float32]]) -> None:
            super().process(outs)
            if self.sample == 2 * HOP_SAMPLES:
                raise ZeroDivisionError("one hop fails")
            if self.sample == 3 * HOP_SAMPLES:
                outs[0][0, 5] = np.nan

    reader = SceneReader(Broken(), 1)
    heard = reader.read(5 * HOP_SAMPLES)[0]
    assert not heard[HOP_SAMPLES : 4 * HOP_SAMPLES].any()  # two faults, and one hop of rest
    assert heard[-1] == 5 * HOP_SAMPLES - 1
    assert reader.faults == 3


def test_sound_comes_back_where_it_belongs_after_a_fault_that_holds_the_kernel_up() -> None:
    class HeldUp(CountingKernel):
        """Does not go on by itself from the hop that fails, as a stage that raises half-way."""

        def process(self, outs: Sequence[NDArray[np.float32]]) -> None:
            if 4 * HOP_SAMPLES <= self.sample < 9 * HOP_SAMPLES:
                raise ZeroDivisionError("these hops fail")
            super().process(outs)

    reader = SceneReader(HeldUp(), 1)
    heard = reader.read(32 * HOP_SAMPLES)[0]
    sounds = heard > 0.0
    assert np.array_equal(heard[sounds], np.flatnonzero(sounds))
    assert sounds[1 : 4 * HOP_SAMPLES].all()
    assert sounds[-HOP_SAMPLES:].all()
    silent_hops = int((~sounds[1:]).sum()) // HOP_SAMPLES
    assert 5 <= silent_hops <= 15
    assert reader.faults == silent_hops


def test_a_lasting_fault_is_tried_seldom() -> None:
    class Broken(CountingKernel):
        tries = 0

        def process(self, outs: Sequence[NDArray[np.float32]]) -> None:
            self.tries += 1
            raise ZeroDivisionError("every hop fails")

    kernel = Broken()
    assert not SceneReader(kernel, 1).read(1000 * HOP_SAMPLES).any()
    assert 10 < kernel.tries < 40


def test_transport_starts_at_the_very_sample() -> None:
    source = transport()
    source.locate(12_345)
    source.play()
    heard = read(source, 10)
    fade = source.fade_samples
    assert np.array_equal(heard[fade:], 12_345 + np.arange(fade, len(heard)))
    assert heard[0] < 1.0  # rises out of silence


@pytest.mark.parametrize("first", [0, 1000, 1023])
def test_without_declicking_the_loops_seam_is_exact_to_the_bit(first: int) -> None:
    source = transport()
    source.loop, source.declicks_loop = (first, first + 5000), False
    source.locate(first)
    source.play()
    heard = read(source, 64)[source.fade_samples :]
    expected = first + np.arange(source.fade_samples, 3 * 5000) % 5000
    assert np.array_equal(heard[: len(expected)], expected)


@given(first=st.integers(0, 2000), length=st.integers(700, 3000))
@settings(max_examples=25, deadline=None)
def test_loops_are_exact(first: int, length: int) -> None:
    source = transport()
    source.loop = (first, first + length)
    source.locate(first)
    source.play()
    heard = read(source, 4 * length // HOP_SAMPLES + 4)
    fade = source.fade_samples
    for turn in range(1, 3):
        start = turn * length
        assert heard[start - 1] == pytest.approx(first + length - 1)
        inside = heard[start + fade : start + length]
        assert np.array_equal(inside, first + np.arange(fade, length))


def test_a_loop_turns_in_a_hurry_and_a_seek_does_not() -> None:
    kernel = CountingKernel()
    source = Transport(RATE_HZ)
    source.end_sample = 100_000
    source.set_reader(SceneReader(kernel, 1), RATE_HZ)
    source.loop = (1000, 3000)
    source.locate(1000)
    source.play()
    read(source, 12)
    source.locate(1500)
    read(source, 2)
    assert kernel.jumps == [(1000, False), (1000, True), (1500, False)]


def test_playing_ends_at_the_scenes_end_and_starts_over() -> None:
    source = transport(end_sample=1000)
    source.locate(500)
    source.play()
    heard = read(source, 5)
    assert not source.playing
    assert source.position == 1000
    assert heard[499] == 999
    assert 0 < heard[501] <= 1001  # it fades instead of breaking off
    assert not heard[500 + source.fade_samples :].any()
    source.play()
    assert source.position == 0


def test_scrubbing_rests_the_transport_and_locate_resumes_it() -> None:
    source = transport()
    source.play()
    source.scrub(20_000)
    assert not source.playing
    read(source, 20)
    source.locate(30_000)
    assert source.playing


def test_cut_leaves_the_guard_alone_fades_and_silences() -> None:
    writer = AheadWriter(SilentOutput(RATE_HZ, 1, 512))
    writer.output.consumed()
    writer.write(np.ones((4096, 1), np.float32))
    at = writer.cut()
    stored = writer.output.peek(0, 4096)[:, 0]
    assert writer.guard <= at <= writer.guard + 200
    assert (stored[:at] == 1.0).all()
    fade = stored[at : at + writer.fade_samples]
    assert (np.diff(fade) < 0).all()
    assert not stored[at + writer.fade_samples :].any()
    writer.write(np.ones((1024, 1), np.float32))
    crossed = writer.output.peek(at, 1024)[:, 0]
    assert crossed[0] > 1.9  # what follows is added to the fade
    assert (crossed[writer.fade_samples :] == 1.0).all()


def test_ring_holds_at_least_its_length_at_any_rate() -> None:
    for rate_hz in (22_050, 44_100, 48_000, 96_000, 192_000):
        capacity = ring_capacity(rate_hz)
        assert capacity >= 0.4 * rate_hz
        assert capacity & (capacity - 1) == 0


@pytest.mark.parametrize(
    ("source_hz", "target_hz"), [(48_000, 44_100), (44_100, 48_000), (96_000, 48_000)]
)
def test_resampler_keeps_a_sine(source_hz: int, target_hz: int) -> None:
    rng = np.random.default_rng(1)
    tone = np.sin(2 * np.pi * 997.0 / source_hz * np.arange(source_hz)).astype(np.float32)
    converter = Resampler(source_hz, target_hz, 1)
    pieces, start = [], 0
    while start < len(tone):
        count = int(rng.integers(1, 500))
        pieces.append(converter.process(tone[None, start : start + count])[0])
        start += count
    heard = np.concatenate(pieces)
    assert len(heard) == target_hz
    whole = Resampler(source_hz, target_hz, 1).process(tone[None])[0]
    assert np.array_equal(heard, whole) or np.abs(heard - whole).max() < 1e-6
    times_s = np.arange(target_hz) / target_hz - converter.delay_samples / source_hz
    inside = slice(target_hz // 10, -target_hz // 10)
    error = heard[inside] - np.sin(2 * np.pi * 997.0 * times_s[inside])
    assert 20 * np.log10(np.sqrt(2 * np.mean(error**2))) < -95.0


def test_alsa_gets_its_own_channel_order() -> None:
    names = np.array([["L"], ["R"], ["C"], ["LFE"], ["Ls"], ["Rs"]])
    matrix, message = monitor_matrix("5.1", 6, is_alsa=True)
    assert message == ""
    order = [names[row.argmax(), 0] for row in matrix]
    assert order == ["L", "R", "Ls", "Rs", "C", "LFE"]
    plain, _ = monitor_matrix("5.1", 8, is_alsa=False)
    assert np.array_equal(plain[:6], np.eye(6))
    assert not plain[6:].any()


def test_fold_down_follows_bs775_and_says_so() -> None:
    matrix, message = monitor_matrix("5.1", 2, is_alsa=True)
    assert matrix / matrix[0, 0] == pytest.approx(
        np.array([[1, 0, 0.7071, 0, 0.7071, 0], [0, 1, 0.7071, 0, 0, 0.7071]]), abs=1e-4
    )
    assert "folded" in message


@pytest.mark.parametrize("name", ["foa", "hoa3", "hoa7"])
def test_ambisonics_is_heard_by_two_ears_from_where_it_comes(name: str) -> None:
    order, troubles = AMBISONIC_FORMATS[name], []
    listening = listening_to(name, Project(), troubles)
    assert listening is not None
    assert not troubles
    path = OutputPath(2, 48_000, is_alsa=False)
    path.set_format(name, 48_000, listening)
    assert path.message == ""
    wave = spherical_harmonics(order, to_cartesian(90.0, 0.0)).astype(np.float32)
    noise = np.random.default_rng(1).standard_normal(2048).astype(np.float32)
    pieces = np.split(np.outer(wave, noise), [1, 700, 956], axis=1)
    heard = np.concatenate([path.convert(piece) for piece in pieces])
    path.reset()
    assert path.convert(np.outer(wave, noise)) == pytest.approx(heard, abs=1e-5)
    left, right = np.mean(heard**2, axis=0)
    assert 10 * np.log10(left / right) > 3.0


def test_formats_for_loudspeakers_are_not_decoded() -> None:
    assert listening_to("5.1", Project(), []) is None


def test_7_1_4_folds_down_to_what_the_device_has() -> None:
    whole, message = monitor_matrix("7.1.4", 12, is_alsa=True)
    assert np.array_equal(whole, np.eye(12))
    assert message == ""
    six, message = monitor_matrix("7.1.4", 8, is_alsa=False)
    assert six.shape == (8, 12)
    assert "5.1" in message
    pair, message = monitor_matrix("7.1.4", 2, is_alsa=False)
    assert pair.shape == (2, 12)
    assert "stereo" in message


def test_device_clock_smooths_blocks_and_late_looks() -> None:
    rng = np.random.default_rng(2)
    clock = DeviceClock(RATE_HZ)
    errors = []
    now_s = 100.0
    while now_s < 104.0:
        now_s += 0.004 + (0.024 if rng.random() < 0.05 else 0.0) * rng.random()
        true = (now_s - 100.0) * RATE_HZ
        clock.observe(int(true // 512) * 512, now_s)
        if now_s > 101.0:
            errors.append((clock.taken_at(now_s) - true) / RATE_HZ)
    assert np.ptp(errors) < 0.003
    assert np.abs(errors).max() < 0.015


def test_score_follows_cuts() -> None:
    score = Score(RATE_HZ)
    peaks = np.ones(2, np.float32)
    score.add(Piece(0, 1000, 10.0, 1.0, True, 0, 1, peaks))
    score.add(Piece(1000, 1000, 10.0 + 1000 / RATE_HZ, 1.0, True, 0, 1, peaks))
    score.add(Piece(1500, 500, 3.0, 0.0, False, 1, 2))
    assert score.time_at(1499) == pytest.approx(10.0 + 1499 / RATE_HZ)
    assert score.time_at(1700) == 3.0
    turn_s, following = score.turn_after(0)
    assert turn_s == pytest.approx(10.0 + 1500 / RATE_HZ)
    assert following is not None
    assert following.serial == 2
    assert len(score.advance(1200)) == 2
    assert score.advance(1300) == []


def test_clock_reading_goes_on_over_a_loops_end() -> None:
    reading = ClockReading(0, 1.9, 1.0, 2.0, 1.0, 1.0, 0, 0, True)
    assert reading.at(int(0.05e9)) == pytest.approx(1.95)
    assert reading.at(int(0.15e9)) == pytest.approx(1.05)


def test_shared_block_carries_clock_and_faders() -> None:
    block = SharedBlock()
    other = SharedBlock(block.name)
    reading = ClockReading(5, 1.5, 1.0, 2.0, 0.5, 1.0, 3, 7, True)
    other.write_clock(reading)
    assert block.read_clock() == reading
    block.array("fader_db")[3] = -6.0
    assert other.array("fader_db")[3] == -6.0
    other.close()
    block.close()


def test_meters_rise_at_once_fall_slowly_and_remember_clips() -> None:
    peaks, clips = np.zeros(4, np.float32), np.zeros(4, np.int64)
    meters = PeakMeters(peaks, clips)
    meters.rise(np.array([0.5, 1.2], np.float32))
    assert peaks[:2] == pytest.approx([0.5, 1.2])
    assert clips.tolist() == [0, 1, 0, 0]
    meters.fall(1.0)
    assert 20 * np.log10(peaks[0] / 0.5) == pytest.approx(-FALL_DB_PER_S, abs=0.01)
    meters.clear_clips()
    assert not clips.any()


class Devices:
    """The part of sounddevice that choosing needs."""

    class default:  # noqa: N801 -- sounddevice's own name
        device = (0, 1)

    def __init__(self, *names: str) -> None:
        self._names = names

    def query_devices(self) -> list[dict[str, object]]:
        return [{"name": name, "max_output_channels": 2} for name in self._names]


class StubbornMixer:
    """Runs at 44.1 kHz only."""

    def __init__(self, *, samplerate: float, **_: object) -> None:
        if samplerate != 44_100:
            raise sounddevice.PortAudioError("Invalid sample rate", INVALID_SAMPLE_RATE)
        self.samplerate = samplerate

    def start(self) -> None:
        """Starts."""


def test_a_device_that_refuses_the_rate_is_opened_at_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rtmixer.Mixer", StubbornMixer)
    info = {"name": "USB", "max_output_channels": 2, "default_samplerate": 44_100.0}
    mixer, message = _start_mixer(sounddevice, 0, info, DeviceRequest(None, 48_000, 2, 512))
    assert mixer.samplerate == 44_100
    assert "44100 Hz" in message
    path = OutputPath(2, 44_100, is_alsa=False)
    path.set_format("stereo", 48_000)
    heard = np.concatenate([path.convert(np.full((2, 256), 0.5, np.float32)) for _ in range(75)])
    assert heard.shape == (17_640, 2)
    assert heard[200:] == pytest.approx(0.5, abs=1e-3)


def test_choosing_prefers_the_sound_server_and_tells_a_missing_device() -> None:
    assert _choose(Devices("HDA", "hw:1", "pulse"), None) == (2, "")
    assert _choose(Devices("HDA", "hw:1"), None) == (1, "")
    assert _choose(Devices("HDA", "USB Audio 2"), "usb") == (1, "")
    index, message = _choose(Devices("HDA", "hw:1"), "Scarlett")
    assert index == 1
    assert "Scarlett" in message
