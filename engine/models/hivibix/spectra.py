"""Spectra as HiViBiX has them, and back.

References
----------
"HiViBiX", section 4.1: rectangular windows of 1024 samples every 256 at 16 kHz, without the highest
frequency, which is silent on the way back.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.models.hivibix.config import Config


def spectrum(sound: Tensor, config: Config) -> Tensor:
    """(B, n) to complex (B, bins, 1 + n // hop)."""
    found = torch.stft(
        sound,
        config.fft_samples,
        config.hop_samples,
        window=torch.ones(config.fft_samples, device=sound.device),
        pad_mode="constant",
        return_complex=True,
    )
    return found[:, : config.bins]


def sound_of(spectra: Tensor, samples: int, config: Config) -> Tensor:
    """Complex (B, 2, bins, T) back to (B, 2, samples)."""
    missing = config.fft_samples // 2 + 1 - spectra.shape[2]
    full = torch.nn.functional.pad(spectra.flatten(0, 1), (0, 0, 0, missing))
    made = torch.istft(
        full,
        config.fft_samples,
        config.hop_samples,
        window=torch.ones(config.fft_samples, device=spectra.device),
        length=samples,
    )
    return made.reshape(-1, 2, samples)
