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

SeenAt = Callable[[float], Seen]
"""What is seen at a time in seconds, of one picture."""


class HivibixSpatialiser:
    """A network with its weights. `ears` is what it is for."""

    def __init__(self, network: HiViBiX) -> None:
        self.network = network.eval()
        self.config = network.config

    @torch.inference_mode()
    def ears(
        self, mono: NDArray[np.floating], seen_at: SeenAt, start_s: float = 0.0
    ) -> NDArray[np.float32]:
        """(2, n) of a mono sound (n,), the mean of both ears, at the network's rate.

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
        size, hop = self.config.samples, self.config.samples // 2
        count = -(-len(mono) // hop) + 1
        padded = np.pad(np.asarray(mono, np.float32), (hop, count * hop + size - len(mono)))
        total, weight = np.zeros((2, len(padded)), np.float32), np.zeros(len(padded), np.float32)
        taper = np.hanning(size + 2)[1:-1].astype(np.float32)
        for k in range(count):
            inside = slice(k * hop, k * hop + size)
            middle_s = start_s + (k * hop - hop + size / 2) / self.config.sample_rate_hz
            total[:, inside] += taper * self._window(padded[inside], seen_at(max(middle_s, 0.0)))
            weight[inside] += taper
        kept = slice(hop, hop + len(mono))
        return np.asarray(total[:, kept] / weight[kept])

    def _window(self, mono: NDArray[np.float32], seen: Seen) -> NDArray[np.float32]:
        if not mono.any():
            return np.zeros((2, len(mono)), np.float32)
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
