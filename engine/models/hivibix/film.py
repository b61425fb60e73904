"""The Ambisonics FiLM layer: two ears out of W and the predicted X and Y, by learned gains.

References
----------
"HiViBiX", section 3.3, algorithm 1; magnitudes are logarithmic, phases in units of pi (appendix A).
The printed line for the phase difference names an angle of Z, which there is not (X's is meant),
and holds W's phase, which the line after it adds once more: it counts once here, and as printed if
asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Field:
    """A mono spectrum and what a network predicts beside it, (B, F, T) each."""

    w: Tensor
    x: Tensor
    y: Tensor


class AmbisonicsFilm(nn.Module):
    """Angles of X and Y and a gain, learned, each for magnitudes and for phases."""

    def __init__(self, angle: float = pi / 6.0, *, as_printed: bool = False) -> None:
        super().__init__()
        self.as_printed = as_printed
        self.magnitude_angles = nn.Parameter(torch.tensor([angle, angle]))
        self.phase_angles = nn.Parameter(torch.tensor([angle, angle]))
        self.magnitude_gain = nn.Parameter(torch.ones(()))
        self.phase_gain = nn.Parameter(torch.ones(()))

    def forward(self, magnitude: Field, phase: Field) -> Tensor:
        """Complex spectra (B, 2, F, T) of left and right."""
        ahead, aside = _turned(magnitude, self.magnitude_angles)
        left = torch.expm1((ahead + aside) / self.magnitude_gain)
        right = torch.expm1((ahead - aside) / self.magnitude_gain)
        before, beside = _turned(phase, self.phase_angles)
        counted = before if self.as_printed else before - phase.w
        difference = (counted - beside) / self.phase_gain
        levels = torch.stack([left, right], dim=1).clamp(min=0.0)
        turns = torch.stack([phase.w + difference, phase.w - difference], dim=1)
        return torch.polar(levels, turns * pi)


def _turned(field: Field, angles: Tensor) -> tuple[Tensor, Tensor]:
    """W + cos(a) X, and sin(b) Y."""
    return field.w + angles[0].cos() * field.x, angles[1].sin() * field.y


def logarithmic(spectra: Tensor) -> tuple[Tensor, Tensor]:
    """Log magnitudes (0 for silence) and phases in units of pi of complex spectra."""
    return torch.log1p(spectra.abs()), spectra.angle() / pi
