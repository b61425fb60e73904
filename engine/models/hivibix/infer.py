"""A trained HiViBiX at work: mono sound and what is seen in, two ears out, at any length.

References
----------
"HiViBiX", section 4.1: longer sounds are made in pieces, of which the middles are kept; here they
are faded into each other.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.models.checkpoint import checkpoint_of, fact, fitted
from engine.models.hivibix.config import Config
from engine.models.hivibix.network import HiViBiX
from engine.models.hivibix.spectra import sound_of, spectrum
from engine.models.hivibix.visual import Seen
from engine.models.pseudobinaural.batches import level_of

MODEL = "hivibix"

SeenAt = Callable[[float], Seen | None]
"""What is seen at a time in seconds, of one picture; None where nothing that could sound is."""


class HivibixSpatialiser:
    """A network with its weights. `ears` is what it is for."""

    def __init__(self, network: HiViBiX) -> None:
        self.network = network.eval()
        self.config = network.config

    def ears(
        self, mono: NDArray[np.floating], seen_at: SeenAt, start_s: float = 0.0
    ) -> NDArray[np.float32]:
        """(2, n) of a mono sound (n,), the mean of both ears, at the network's rate.

        That mean is known: of what the network makes, half of left minus right is taken.

        Raises
        ------
        ShapeError
            If the sound is not one-dimensional, or holds NaN or infinity.
        """
        apart = self.difference(mono, seen_at, start_s)
        return np.stack([mono + apart, mono - apart]).astype(np.float32)

    @torch.inference_mode()
    def difference(
        self, mono: NDArray[np.floating], seen_at: SeenAt, start_s: float = 0.0
    ) -> NDArray[np.float32]:
        """Half of left minus right (n,), of a mono sound (n,) at the network's rate.

        Windows lie on a grid of their own, so that it does not matter how a sound is cut.

        Parameters
        ----------
        start_s : float
            Where the sound's first sample is in the pictures' time.

        Raises
        ------
        ShapeError
            If the sound is not one-dimensional, or holds NaN or infinity.
        """
        if mono.ndim != 1 or not np.isfinite(mono).all():
            raise ShapeError(
                f"a sound of shape {mono.shape}" + " with NaN or infinity" * (mono.ndim == 1),
                remedy="give (samples,) of numbers",
            )
        rate_hz, size = self.config.sample_rate_hz, self.config.samples
        hop = size // 2
        first_sample = round(start_s * rate_hz)
        first = first_sample // hop - 1
        count = -(-(first_sample + len(mono)) // hop) - first
        offset = first_sample - first * hop  # of the sound, in `padded`
        padded = np.zeros((count + 1) * hop + size, np.float32)
        padded[offset : offset + len(mono)] = mono
        total, weight = np.zeros_like(padded), np.zeros_like(padded)
        taper = np.hanning(size + 2)[1:-1].astype(np.float32)
        for k in range(count):
            inside = slice(k * hop, k * hop + size)
            middle_s = ((first + k) * hop + size / 2) / rate_hz
            left, right = self._window(padded[inside], seen_at, max(middle_s, 0.0))
            total[inside] += taper * (left - right) / 2.0
            weight[inside] += taper
        kept = slice(offset, offset + len(mono))
        return np.asarray(total[kept] / weight[kept])

    def _window(
        self, mono: NDArray[np.float32], seen_at: SeenAt, time_s: float
    ) -> NDArray[np.float32]:
        seen = seen_at(time_s) if mono.any() else None
        if seen is None:
            return np.stack([mono, mono])
        gain = np.float32(level_of(mono))
        found = self.network(spectrum(torch.from_numpy(mono * gain)[None], self.config), seen)
        return np.asarray(sound_of(found, len(mono), self.config)[0].numpy() / gain)


def load_hivibix(path: Path) -> HivibixSpatialiser:
    """The network of a checkpoint.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, or another network's.
    """
    tensors, facts = checkpoint_of(path, MODEL)
    network = HiViBiX(fact(facts, "config", Config, path))
    fitted(network, tensors, path)
    return HivibixSpatialiser(network)
