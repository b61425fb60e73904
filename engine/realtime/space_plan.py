"""What the kernel needs to know of a sound field: how it turns, and how every format hears it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class DecoderPlan:
    """An ambisonic signal to two ears, as partitioned spectra.

    Parameters
    ----------
    spectra : (channels, partitions, rows, 2 ears, 2, LANES) float32
        Real and imaginary parts, laid out as `engine.realtime.transform` does.
    fft_samples : int
        Length of the transform, one of `engine.realtime.transform.SIZES`.
    partition_hops : int
        Hops between consecutive partitions of a response.
    """

    spectra: Samples
    fft_samples: int
    partition_hops: int


@dataclass(frozen=True, eq=False)
class BandPlan:
    """How a sound field reaches a format below a crossover.

    Parameters
    ----------
    matrix : (channels, (order + 1)**2) float32
    crossover_hz : float
    """

    matrix: Samples
    crossover_hz: float


class Rotation(Protocol):
    """How a field turns, see `SpacePlan.rotation`."""

    def __call__(self, head: Floats, out: Floats | None = None, /) -> Floats: ...


@dataclass(frozen=True)
class SpacePlan:
    """A sound field around the listener in ambisonics (ACN, SN3D), shared by what adds to it.

    Parameters
    ----------
    order : int
    matrices : mapping of format to (channels, (order + 1)**2) float32
        How the field reaches the channels of every format but 'binaural'.
    low_bands : mapping of format to BandPlan
        Formats in which that is so above a crossover only.
    rotation : callable
        ``rotation(head (3, 3), out=None) -> ((order + 1)**2, (order + 1)**2)``: the field as a
        head meets it to which world directions are ``head @ direction``; written to `out`, whose
        elements between orders are zero, where there is one.
    decoder : DecoderPlan, optional
        Its way to two ears; None where nobody listens binaurally.
    """

    order: int
    matrices: Mapping[str, Samples]
    rotation: Rotation
    decoder: DecoderPlan | None = None
    low_bands: Mapping[str, BandPlan] = field(default_factory=dict)

    @property
    def channels(self) -> int:
        return (self.order + 1) ** 2
