"""What a signal reaches between its samples: the same as by interpolating everything."""

from __future__ import annotations

import numpy as np
import pytest

from engine.realtime.oversampling import TAPS, interpolators, peaks_between


def everything(signal: np.ndarray) -> np.ndarray:
    """(n,) the largest of all interpolated points of all channels, one by one."""
    windows = np.lib.stride_tricks.sliding_window_view(signal, TAPS, axis=1)
    return np.abs(windows @ interpolators().T).max(axis=(0, 2))


@pytest.mark.parametrize("share", [0.3, 0.7, 0.9, 1.0, 1.1])
@pytest.mark.parametrize("density", [1.0, 0.01])
def test_nothing_that_exceeds_a_threshold_is_missed(share: float, density: float) -> None:
    random = np.random.default_rng(3)
    signal = random.standard_normal((3, 5000)) * (random.random((3, 5000)) < density)
    threshold = share * float(np.abs(signal).max())
    true = everything(signal)
    above = true > threshold
    found = peaks_between(signal, threshold)
    np.testing.assert_allclose(found[above], true[above], rtol=1e-12)
    assert (found <= true * (1.0 + 1e-12)).all()
    largest = peaks_between(signal, threshold, largest_only=True).max()
    assert largest == pytest.approx(true.max() if above.any() else largest)
