"""Complex spectra as two real channels, and masks on them.

References
----------
Xu et al., CVPR 2021, section 3.3: S_D = STFT(l - r) is predicted as M * S_m from S_m = STFT(l + r);
l = (s_m + s_D) / 2, r = (s_m - s_D) / 2.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.models.pseudobinaural.config import Config


def spectrum(sound: Tensor, config: Config) -> Tensor:
    """(B, n) at 16 kHz to (B, 2, 257, 1 + n // 160): real and imaginary parts, centred windows."""
    found = torch.stft(
        sound,
        config.fft_samples,
        config.hop_samples,
        config.window_samples,
        torch.hann_window(config.window_samples, device=sound.device),
        center=True,
        pad_mode="constant",
        return_complex=True,
    )
    return torch.view_as_real(found).permute(0, 3, 1, 2)  # (B, 2, F, T)


def sound_of(spectra: Tensor, samples: int, config: Config) -> Tensor:
    """(B, 2, 256 or 257, T) back to (B, samples); a missing highest frequency is zero."""
    missing = config.bins + 1 - spectra.shape[2]
    full = torch.nn.functional.pad(spectra, (0, 0, 0, missing)).permute(0, 2, 3, 1)
    return torch.istft(
        torch.view_as_complex(full.contiguous()),
        config.fft_samples,
        config.hop_samples,
        config.window_samples,
        torch.hann_window(config.window_samples, device=spectra.device),
        center=True,
        length=samples,
    )


def masked(mask: Tensor, mixture: Tensor) -> Tensor:
    """Complex product of a mask (B, 2, F, T) and the first F bins of a mixture (B, 2, F', T)."""
    seen = mixture[:, :, : mask.shape[2]]
    real = mask[:, 0] * seen[:, 0] - mask[:, 1] * seen[:, 1]
    imaginary = mask[:, 0] * seen[:, 1] + mask[:, 1] * seen[:, 0]
    return torch.stack([real, imaginary], dim=1)


def ears_of(mono_sum: Tensor, difference: Tensor) -> Tensor:
    """(B, 2, n) left and right, of their sum and difference (B, n)."""
    return torch.stack([mono_sum + difference, mono_sum - difference], dim=1) / 2.0
