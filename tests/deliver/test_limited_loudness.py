"""What is measured by limiting only where the limiter works is what limiting everything gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.deliver.limited_loudness import limited_loudness
from engine.deliver.limiter import TruePeakLimiter
from engine.deliver.rendering import FloatFile, Rendered, RenderMeter
from engine.jobs import silent_progress
from engine.units import db_to_gain

RATE_HZ = 48_000


def hits(seconds: float, channels: int, seed: int) -> NDArray[np.float32]:
    """Soft noise with a short loud burst every second or two."""
    random = np.random.default_rng(seed)
    sound = 0.004 * random.standard_normal((channels, round(seconds * RATE_HZ)))
    at = 0
    while (at := at + int(random.integers(RATE_HZ, 2 * RATE_HZ))) < sound.shape[1] - RATE_HZ:
        decay = np.exp(-np.arange(RATE_HZ // 5) / 800.0)
        burst = random.uniform(0.05, 0.4) * random.standard_normal(len(decay)) * decay
        sound[:, at : at + len(decay)] += random.uniform(0.3, 1.0, (channels, 1)) * burst
    return sound.astype(np.float32)


def rendered(sound: NDArray[np.float32], folder: Path, omni: NDArray[np.float32] | None = None):
    path = folder / "sound.f32"
    path.write_bytes(np.ascontiguousarray(sound.T, "<f4").tobytes())
    meter = RenderMeter(len(sound), RATE_HZ, omni)
    for start in range(0, sound.shape[1], 16_384):
        meter.add(sound[:, start : start + 16_384])
    return Rendered(FloatFile(path, *sound.shape), RATE_HZ, omni, meter)


@pytest.mark.parametrize(("channels", "omni"), [(2, None), (6, None), (4, (1.0, 0.0, 0.0, 0.0))])
@pytest.mark.parametrize("gain_db", [3.0, 9.0, 15.0])
def test_it_is_that_of_the_whole(tmp_path: Path, channels, omni, gain_db) -> None:
    weights = None if omni is None else np.array(omni, np.float32)
    sound = hits(14.03, channels, seed=channels)
    source = rendered(sound, tmp_path, weights)
    found, reduction_db = limited_loudness(source, gain_db, -1.0, silent_progress)

    limiter, meter = TruePeakLimiter(channels, RATE_HZ, -1.0), source.meter()
    meter.add(limiter.process(sound * np.float32(db_to_gain(gain_db))))
    meter.add(limiter.flush())
    whole = meter.result()
    assert limiter.reduction_db > 0.5
    assert reduction_db == pytest.approx(limiter.reduction_db, abs=1e-6)
    for name in ("integrated_lufs", "momentary_max_lufs", "short_term_max_lufs", "range_lu"):
        assert getattr(found, name) == pytest.approx(getattr(whole, name), abs=1e-3), name
    assert found.true_peak_dbtp == pytest.approx(whole.true_peak_dbtp, abs=0.01)
    assert found.sample_peak_dbfs == pytest.approx(whole.sample_peak_dbfs, abs=0.01)


def test_most_of_a_quiet_sound_is_not_limited_again(tmp_path: Path) -> None:
    sound = 0.001 * np.random.default_rng(0).standard_normal((2, 30 * RATE_HZ))
    sound[:, 15 * RATE_HZ] = 0.9
    told: list[float] = []
    source = rendered(sound.astype(np.float32), tmp_path)
    _, reduction_db = limited_loudness(source, 6.0, -1.0, lambda stage, done: told.append(done))
    assert reduction_db > 5.0
    assert len(told) <= 2
