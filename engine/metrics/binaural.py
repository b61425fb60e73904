"""How close an estimated binaural recording is to the reference: distances and direction cues.

References
----------
Gao and Grauman, "2.5D Visual Sound", CVPR 2019 (STFT and envelope distances); Xu et al., "Visually
Informed Binaural Audio Generation without Binaural Audios", CVPR 2021 (magnitude, phase and SNR);
Knapp and Carter, "The generalized correlation method for estimation of time delay", 1976.
"""

from __future__ import annotations

from math import gcd

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.signal import hilbert, resample_poly

from engine.errors import ShapeError

METRIC_RATE_HZ = 16_000
FFT_SAMPLES = 512
WINDOW_SAMPLES = 400
HOP_SAMPLES = 160
SNR_FLOOR = 1e-4
"""Mean square that the published signal-to-noise ratio adds to both signal and noise. It keeps
silence finite, and bounds the ratio: at usual levels even a perfect estimate stays near 15 dB."""

CUE_WINDOW_S = 0.24
CUE_HOP_S = 0.1
CUE_FFT_SAMPLES = 7_680
LARGEST_LAG_SAMPLES = 24
CUE_FLOOR_DBFS = -80.0
"""Windows quieter than this in either ear carry no direction."""


class BinauralScores(Struct, frozen=True, kw_only=True):
    """Figures of one pair; lower is better except `snr_db`.

    stft : sum over ears of the mean squared error of real and imaginary parts
    env : sum over ears of the RMS error of Hilbert envelopes
    mag : sum over ears of the mean squared magnitude of the spectra's difference (2 x stft)
    d_phase : mean wrapped phase error of the left-right difference, radians
    snr_db : signal-to-noise ratio, 10 log10((signal + 1e-4) / (noise + 1e-4)) of mean squares; see
        `SNR_FLOOR` and `largest_snr_db` for how high it can get
    itd_us, ild_db : mean absolute error of interaural time and level difference over the windows
        where both recordings sound in both ears; None where there is no such window
    gcc_ms2 : 1000 x squared difference of the mean interaural time differences, ms^2; or None
    """

    stft: float
    env: float
    mag: float
    d_phase: float
    snr_db: float
    itd_us: float | None
    ild_db: float | None
    gcc_ms2: float | None


def compare_binaural(
    reference: NDArray[np.floating],
    estimate: NDArray[np.floating],
    sample_rate_hz: int,
    *,
    normalise: bool = False,
) -> BinauralScores:
    """Score an estimate against its reference.

    Parameters
    ----------
    reference, estimate : (2, samples) arrays
        Left, right. A (1, samples) estimate is heard in both ears (the Mono-Mono baseline).
    sample_rate_hz : int
        Both are resampled to 16 kHz, where the published figures are defined.
    normalise : bool
        Scale each recording to a peak of 1 (one factor for both ears), as published figures do.

    Raises
    ------
    ShapeError
        Unequal lengths, wrong channels, no sound at all, NaN or infinity.
    """
    if estimate.ndim == 2 and estimate.shape[0] == 1:
        estimate = np.repeat(estimate, 2, axis=0)
    _check(reference, "reference")
    _check(estimate, "estimate")
    if reference.shape[1] != estimate.shape[1]:
        raise ShapeError(
            f"the reference has {reference.shape[1]} samples, the estimate {estimate.shape[1]}",
            remedy="cut both to the same length",
        )
    wanted = _prepare(reference, sample_rate_hz, normalise)
    return _scores(wanted, _prepare(estimate, sample_rate_hz, normalise))


def _scores(wanted: NDArray[np.float64], given: NDArray[np.float64]) -> BinauralScores:
    """Of prepared recordings of one length."""
    itd_us, gcc_ms2 = _time_difference_errors(wanted, given)
    difference = _spectra(given) - _spectra(wanted)
    power = (np.square(difference.real) + np.square(difference.imag)).mean(axis=(1, 2))
    noise = float(np.mean(np.square(given - wanted)))
    signal = float(np.mean(np.square(wanted)))
    return BinauralScores(
        stft=float(power.sum()) / 2.0,
        env=_envelope_error(wanted, given),
        mag=float(power.sum()),
        d_phase=_phase_error(wanted, given),
        snr_db=float(10.0 * np.log10((signal + SNR_FLOOR) / (noise + SNR_FLOOR))),
        itd_us=itd_us,
        ild_db=_level_difference_error_db(wanted, given),
        gcc_ms2=gcc_ms2,
    )


def largest_snr_db(
    reference: NDArray[np.floating], sample_rate_hz: int, *, normalise: bool = False
) -> float:
    """`snr_db` of a (2, samples) reference against itself: more than this cannot be reached."""
    _check(reference, "reference")
    signal = float(np.mean(np.square(_prepare(reference, sample_rate_hz, normalise))))
    return float(10.0 * np.log10((signal + SNR_FLOOR) / SNR_FLOOR))


def _check(sound: NDArray[np.floating], name: str) -> None:
    if sound.ndim != 2 or sound.shape[0] != 2:
        count = sound.shape[0] if sound.ndim == 2 else sound.ndim
        raise ShapeError(
            f"the {name} has {count} channel{'s' * (count != 1)}, a binaural recording has 2",
            remedy="give that one",
        )
    if sound.shape[1] == 0:
        raise ShapeError(f"the {name} holds no samples", remedy="render or record it again")
    if not np.isfinite(sound).all():
        raise ShapeError(f"the {name} holds NaN or infinity", remedy="render it again")


def _prepare(
    sound: NDArray[np.floating], sample_rate_hz: int, normalise: bool
) -> NDArray[np.float64]:
    """At 16 kHz, as float64, optionally with a joint peak of 1."""
    prepared = np.asarray(sound, dtype=np.float64)
    if sample_rate_hz != METRIC_RATE_HZ:
        common = gcd(METRIC_RATE_HZ, sample_rate_hz)
        up, down = METRIC_RATE_HZ // common, sample_rate_hz // common
        prepared = resample_poly(prepared, up, down, axis=1, window=("kaiser", 12.0))
    peak = float(np.abs(prepared).max())
    return prepared / peak if normalise and peak > 0.0 else prepared


def _spectra(sound: NDArray[np.float64]) -> NDArray[np.complex128]:
    """(channels, windows, bins): centred 400-sample Hann windows every 160, 512-point FFT."""
    padded = np.pad(sound, ((0, 0), (FFT_SAMPLES // 2, FFT_SAMPLES // 2)))
    window = np.zeros(FFT_SAMPLES)
    margin = (FFT_SAMPLES - WINDOW_SAMPLES) // 2
    turn = 2.0 * np.pi * np.arange(WINDOW_SAMPLES) / WINDOW_SAMPLES
    window[margin : margin + WINDOW_SAMPLES] = 0.5 - 0.5 * np.cos(turn)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, FFT_SAMPLES, axis=1)
    return np.asarray(np.fft.rfft(pieces[:, ::HOP_SAMPLES] * window, axis=-1))


def _envelope_error(wanted: NDArray[np.float64], given: NDArray[np.float64]) -> float:
    difference = np.abs(hilbert(wanted, axis=1)) - np.abs(hilbert(given, axis=1))
    return float(np.sqrt(np.mean(np.square(difference), axis=1)).sum())


def _phase_error(wanted: NDArray[np.float64], given: NDArray[np.float64]) -> float:
    """Mean wrapped phase distance of L - R; a spectrum that is zero has phase zero."""
    angles = [np.angle(_spectra(sound[:1] - sound[1:])) for sound in (wanted, given)]
    apart = np.abs(angles[0] - angles[1])
    return float(np.mean(np.minimum(apart, 2.0 * np.pi - apart)))


def _cue_windows(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, windows, samples): 0.24 s every 0.1 s, the last ones filled up with silence."""
    size, hop = round(CUE_WINDOW_S * METRIC_RATE_HZ), round(CUE_HOP_S * METRIC_RATE_HZ)
    count = max(-(-sound.shape[1] // hop), 1)
    padded = np.pad(sound, ((0, 0), (0, max((count - 1) * hop + size - sound.shape[1], 0))))
    return np.lib.stride_tricks.sliding_window_view(padded, size, axis=1)[:, : count * hop : hop]


def _sounding(windows: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Windows in which both ears hear something."""
    level = np.sqrt(np.mean(np.square(windows), axis=-1))
    return np.asarray((level > 10.0 ** (CUE_FLOOR_DBFS / 20.0)).all(axis=0))


def interaural_time_differences_s(windows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lag of the left ear behind the right of (2, windows, samples) at 16 kHz, by GCC-PHAT.

    Positive when the sound comes from the right. Whole samples, at most 24 (1.5 ms).
    """
    left, right = np.fft.rfft(windows, CUE_FFT_SAMPLES, axis=-1)
    cross = left * np.conj(right)
    magnitude = np.maximum(np.abs(cross), np.finfo(np.float64).tiny)
    correlation = np.abs(np.fft.irfft(cross / magnitude, CUE_FFT_SAMPLES, axis=-1))
    lags = np.arange(-LARGEST_LAG_SAMPLES, LARGEST_LAG_SAMPLES + 1)
    return np.asarray(lags[np.argmax(correlation[:, lags], axis=1)] / METRIC_RATE_HZ)


def _time_difference_errors(
    wanted: NDArray[np.float64], given: NDArray[np.float64]
) -> tuple[float | None, float | None]:
    windows = [_cue_windows(sound) for sound in (wanted, given)]
    both = _sounding(windows[0]) & _sounding(windows[1])
    if not both.any():
        return None, None
    first, second = (interaural_time_differences_s(part[:, both]) for part in windows)
    mean_apart_ms = 1e3 * (first.mean() - second.mean())
    return float(1e6 * np.mean(np.abs(first - second))), float(1e3 * mean_apart_ms**2)


def _level_difference_error_db(
    wanted: NDArray[np.float64], given: NDArray[np.float64]
) -> float | None:
    windows = [_cue_windows(sound) for sound in (wanted, given)]
    both = _sounding(windows[0]) & _sounding(windows[1])
    if not both.any():
        return None
    levels = [10.0 * np.log10(np.mean(np.square(part[:, both]), axis=-1)) for part in windows]
    differences = [level[0] - level[1] for level in levels]
    return float(np.mean(np.abs(differences[0] - differences[1])))
