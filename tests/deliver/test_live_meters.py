"""The live meters say what the delivered file's meters say, whatever the blocks."""

import numpy as np
import pytest

from engine.deliver.loudness import channel_weights, measure
from engine.realtime.meters import DirectionMeter, ProgrammeMeter
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.sphere import fibonacci_sphere

RATE_HZ = 48_000


def programme(channels: int, seconds: float, seed: int = 0, rate_hz: int = RATE_HZ) -> np.ndarray:
    """Noise that is loud, soft and silent by turns."""
    rng = np.random.default_rng(seed)
    samples = int(seconds * rate_hz)
    steps = np.repeat(rng.choice([0.0, 0.002, 0.02, 0.2], int(seconds * 2) + 1), rate_hz // 2)
    return (rng.standard_normal((channels, samples)) * steps[:samples]).astype(np.float32)


def play(sound: np.ndarray, meter: ProgrammeMeter, block: int = 256):
    readings = [
        meter.measure(np.ascontiguousarray(sound[:, at : at + block]))
        for at in range(0, sound.shape[1], block)
    ]
    return readings


@pytest.mark.parametrize(
    ("channels", "rate_hz"), [(1, 48_000), (2, 44_100), (6, 48_000), (2, 96_000)]
)
def test_loudness_is_that_of_the_file(channels: int, rate_hz: int) -> None:
    sound = programme(channels, 12.0, channels, rate_hz)
    sound[:, : rate_hz // 2] = sound[:, rate_hz : rate_hz + rate_hz // 2] * 0.5
    offline = measure(sound, rate_hz)
    live = play(sound, ProgrammeMeter(channels, rate_hz, np.array(channel_weights(channels))))
    assert live[-1].integrated_lufs == pytest.approx(offline.integrated_lufs, abs=0.01)
    assert max(r.momentary_lufs for r in live) == pytest.approx(
        offline.momentary_max_lufs, abs=1e-6
    )
    after_3_s = live[3 * rate_hz // 256 + 1 :]
    loudest = max(r.short_term_lufs for r in after_3_s)
    assert loudest == pytest.approx(offline.short_term_max_lufs, abs=1e-6)
    highest = 20 * np.log10(max(r.true_peaks.max() for r in live))
    assert highest == pytest.approx(offline.true_peak_dbtp, abs=1e-4)
    assert 20 * np.log10(max(r.peaks.max() for r in live)) == pytest.approx(
        offline.sample_peak_dbfs, abs=1e-4
    )


@pytest.mark.parametrize("block", [1, 37, 255])
def test_blocks_do_not_matter(block: int) -> None:
    sound = programme(2, 1.3)
    one = play(sound, ProgrammeMeter(2, RATE_HZ, np.ones(2)))[-1]
    other = play(sound, ProgrammeMeter(2, RATE_HZ, np.ones(2)), block)[-1]
    assert other.integrated_lufs == pytest.approx(one.integrated_lufs, abs=1e-6)
    assert other.momentary_lufs == pytest.approx(one.momentary_lufs, abs=1e-6)


def test_a_sine_between_samples_has_its_true_peak() -> None:
    tone = np.cos(np.pi / 2 * np.arange(4096) + np.pi / 4)[None].astype(np.float32)
    live = play(tone, ProgrammeMeter(1, RATE_HZ, np.ones(1)))
    assert live[8].peaks[0] == pytest.approx(np.sqrt(0.5), rel=1e-4)
    assert live[8].true_peaks[0] == pytest.approx(1.0, abs=0.003)


def test_rms_and_correlation() -> None:
    meter = ProgrammeMeter(2, RATE_HZ, np.ones(2))
    tone = 0.5 * np.sin(2 * np.pi * 1000.0 / RATE_HZ * np.arange(96_000))
    rng = np.random.default_rng(0)
    for other, expected in ((tone, 1.0), (-tone, -1.0), (rng.standard_normal(96_000), 0.0)):
        reading = play(np.array([tone, other], np.float32), meter)[-1]
        assert reading.correlation == pytest.approx(expected, abs=0.05)
        assert reading.rms[0] == pytest.approx(0.5 * np.sqrt(0.5), rel=0.01)


def test_silence_reads_as_silence_and_bad_numbers_pass() -> None:
    meter = ProgrammeMeter(2, RATE_HZ, np.ones(2))
    quiet = play(np.zeros((2, 30_000), np.float32), meter)[-1]
    assert quiet.integrated_lufs == quiet.momentary_lufs == -np.inf
    assert quiet.correlation == 0.0
    broken = np.full((2, 256), np.nan, np.float32)
    meter.measure(broken)
    sound = programme(2, 2.0, 1)
    again = play(sound, meter)[-1]
    assert np.isfinite(again.rms).all()
    assert np.isfinite(again.correlation)


def test_ambisonics_has_no_loudness_but_directions() -> None:
    assert play(programme(4, 1.0), ProgrammeMeter(4, RATE_HZ))[-1].integrated_lufs == -np.inf
    grid = fibonacci_sphere(48)
    beams = spherical_harmonics(3, grid) * np.repeat([1, 3, 5, 7], [1, 3, 5, 7])
    meter = DirectionMeter(beams, RATE_HZ)
    for direction in grid[[3, 20, 41]]:
        wave = spherical_harmonics(3, direction[None]).T @ programme(1, 1.0)[:, :RATE_HZ]
        meter.reset()
        for at in range(0, RATE_HZ - 256, 256):
            energy = meter.measure(wave[:, at : at + 256].astype(np.float32))
        assert grid[np.argmax(energy)] @ direction > 0.99


def test_a_reset_begins_a_new_programme() -> None:
    meter = ProgrammeMeter(2, RATE_HZ, np.ones(2))
    play(programme(2, 3.0, 4), meter)
    meter.reset()
    sound = programme(2, 3.0, 5)
    fresh = play(sound, ProgrammeMeter(2, RATE_HZ, np.ones(2)))[-1]
    assert play(sound, meter)[-1].integrated_lufs == fresh.integrated_lufs
