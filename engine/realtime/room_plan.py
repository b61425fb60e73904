"""`RoomPlan`: what the kernel needs to answer sources with a room, prepared beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Samples = NDArray[np.float32]

EARLY_ORDER = 3
"""Ambisonic order of the field that a room adds to."""


AIR_TAPS = 16
"""Taps of the filter that does what one step of air does."""
SHORTEST_LINE_SAMPLES = 64
"""No line of a late part is shorter."""


@dataclass(frozen=True)
class AirSteps:
    """What air does to high frequencies, in steps of distance with a little filter in between.

    Parameters
    ----------
    step_m : float
    taps : (AIR_TAPS,) float32
        What one step does.
    late_samples : float
        By how much it is late.
    bend : (2,) float64
        Between steps, over r metres: ``x + a (before - 2 x + after)``, with
        ``a = bend[0] r + bend[1] r^2``.
    spacing_samples : int
        How far `before` and `after` are: the same time at all rates.
    """

    step_m: float
    taps: Samples
    late_samples: float
    bend: Floats
    spacing_samples: int


@dataclass(frozen=True)
class EarlyPlan:
    """Reflections as images of the sources: ``image = sign * source + offset`` along every axis.

    Parameters
    ----------
    sources : (images,) int32
        The source each is an image of, in increasing order.
    signs, offsets_m : (images, 3) float64
    surfaces : (images,) int32
        Which of `sections` an image's sound passes.
    sections : (surfaces, sections, 3) float32
        First-order sections b0, b1, a1: what the walls that an image met do to its spectrum.
    reach_samples : int
        No image is later than this.
    air : AirSteps
    dull : (images,) float64
        1 where air is heard, 0 where the source's is switched off.
    shells : int
        Steps of air that there are: all images are within these.
    """

    sources: NDArray[np.int32]
    signs: Floats
    offsets_m: Floats
    surfaces: NDArray[np.int32]
    sections: Samples
    reach_samples: int
    air: AirSteps
    dull: Floats
    shells: int


@dataclass(frozen=True)
class LatePlan:
    """A feedback-delay network: the late part of a room, diffuse and from all around.

    Parameters
    ----------
    lengths_samples : (lines,) int64
        Delay of every line, `SHORTEST_LINE_SAMPLES` or more. The number of lines is a power of two.
    input_delays_samples : (lines,) int64
        When the sound enters each line.
    input_signs : (lines,) float32
    absorption : (sections, 3, lines) float32
        First-order sections b0, b1, a1 that every pass through a line goes through.
    tone : (sections, 3) float64
        First-order sections of the sound that goes in.
    encoding : (lines, channels) float32
        Where every line is heard from.
    """

    lengths_samples: NDArray[np.int64]
    input_delays_samples: NDArray[np.int64]
    input_signs: Samples
    absorption: Samples
    tone: Floats
    encoding: Samples


@dataclass(frozen=True)
class ResponsePlan:
    """A measured room: one response a channel, for partitioned convolution.

    Parameters
    ----------
    head : (channels, partitions, bins) complex64
        Spectra of the first partitions, a hop each.
    tail : (channels, partitions, bins) complex64
        Spectra of what follows, in partitions of `TAIL_HOPS` hops.
    seconds : float
        How long it lasts.
    encoding : (field channels, channels) float32, optional
        Given where the channels are two ears: they are heard as they are in 'binaural', and so
        encoded in a sound field that only other formats hear.
    """

    head: NDArray[np.complex64]
    tail: NDArray[np.complex64]
    seconds: float
    encoding: Samples | None = None

    @property
    def binaural(self) -> bool:
        """Whether the channels are ears and not those of the sound field."""
        return self.encoding is not None


@dataclass(frozen=True)
class RoomPlan:
    """A room around the listener.

    Parameters
    ----------
    space : int
        Index into `Snapshot.spaces` of the sound field the room adds to; of order `EARLY_ORDER`.
    sends : (sources,) float64
        How much of every source goes into the room, under its strip's gain.
    prefill_hops : int
        How much of the past is taken in when playback begins elsewhere than at the start.
    rings_hops : int
        How much of it there is, until it has rung out.
    hurried_hops : int
        How much of it where playback turns back without a pause, and none was kept of there.
    """

    space: int
    sends: Floats
    early: EarlyPlan | None = None
    late: LatePlan | None = None
    response: ResponsePlan | None = None
    prefill_hops: int = 0
    rings_hops: int = 0
    hurried_hops: int = 0

    def same_as(self, other: RoomPlan) -> bool:
        """Whether what rings in one may ring on in the other: the same walls, tail, response."""
        if self.late is not other.late or self.response is not other.response:
            return False
        if self.early is None or other.early is None:
            return self.early is other.early
        return np.array_equal(self.early.sections, other.early.sections)
