"""HiViBiX's compound loss.

References
----------
"HiViBiX", appendix C, eq. 8-12. Energies stand for the expectations of eq. 11; its phase error (9)
is taken the short way round, and means over bins stand for sums, so that lengths do not matter.
"""

from __future__ import annotations

from math import pi
from typing import NamedTuple

import torch
from torch import Tensor

WAVEFORM_WEIGHT, RATIO_WEIGHT = 100.0, 0.1
HIGHEST_RATIO = 15.0
"""Gamma: 15, or 20 for Music-Stereo."""
_LEAST = 1e-8


class Losses(NamedTuple):
    """Magnitude (8), phase difference (9), waveform (10) and signal-to-noise (11) losses."""

    magnitude: Tensor
    phase: Tensor
    waveform: Tensor
    ratio: Tensor

    @property
    def compound(self) -> Tensor:
        """Eq. 12."""
        weighed = WAVEFORM_WEIGHT * self.waveform + RATIO_WEIGHT * self.ratio
        return self.magnitude + self.phase + weighed


def losses_of(true: Tensor, found: Tensor, true_sound: Tensor, found_sound: Tensor) -> Losses:
    """Losses of complex spectra (B, 2, F, T) and of sounds (B, 2, n)."""
    magnitude = (true.abs() - found.abs()).square().sum(dim=1).mean()
    apart = (true[:, 0] - true[:, 1]).angle() - (found[:, 0] - found[:, 1]).angle()
    phase = (torch.remainder(apart + pi, 2.0 * pi) - pi).abs().mean()
    error = (true_sound - found_sound).square()
    ratio = true_sound.square().mean() / (error.mean() + _LEAST)
    return Losses(magnitude, phase, error.sum(dim=1).mean(), HIGHEST_RATIO - ratio)
