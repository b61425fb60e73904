"""A trained PseudoBinaural at work: mono sound and pictures in, two ears out, at any length.

Windows of 0.63 s every 0.1 s are looked at, each beside the picture on screen in its middle, and
what they say of the difference between the ears is faded together. Windows lie on a grid of their
own, so that the result does not depend on how the sound is cut into pieces.

References
----------
Xu et al., CVPR 2021, section 3.3 and appendix C: it is the mono that is brought to a level, window
by window; the hop is 0.1 s.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import ShapeError
from engine.jobs import Progress, silent_progress
from engine.models.checkpoint import checkpoint_of, fact, fitted
from engine.models.pseudobinaural.batches import level_of
from engine.models.pseudobinaural.config import Config
from engine.models.pseudobinaural.network import PseudoBinaural
from engine.models.pseudobinaural.residual import normalised_pictures
from engine.models.pseudobinaural.spectra import masked, sound_of, spectrum

HOP_S = 0.1
MODEL = "pseudobinaural"
_AT_ONCE = 16

Picture = NDArray[np.uint8]
PictureAt = Callable[[float], Picture]
"""The (height, width, 3) RGB picture on screen at a time in seconds; any size."""


class Binauraliser:
    """A network with its weights. `difference` is what it is for."""

    def __init__(self, network: PseudoBinaural) -> None:
        self.network = network.eval()
        self.config = network.config

    @property
    def hop_samples(self) -> int:
        """Of windows, at the network's rate."""
        return round(HOP_S * self.config.sample_rate_hz)

    @torch.inference_mode()
    def difference(
        self, mono: NDArray[np.floating], picture_at: PictureAt, start_s: float = 0.0
    ) -> NDArray[np.float32]:
        """Half of left minus right, (n,), of a mono sound (n,) at the network's rate.

        Left is the mono plus it, right the mono minus it.

        Parameters
        ----------
        start_s : float
            Where the sound's first sample is in the pictures' time; a multiple of 0.1.

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
        size, hop = self.config.samples, self.hop_samples
        before = size - hop  # so that every sample is in as many windows
        count = -(-len(mono) // hop) + size // hop
        padded = np.pad(np.asarray(mono, np.float32), (before, count * hop + size - len(mono)))
        total, weight = np.zeros_like(padded), np.zeros_like(padded)
        taper = np.hanning(size + 2)[1:-1].astype(np.float32)
        for first in range(0, count, _AT_ONCE):
            starts = [k * hop for k in range(first, min(first + _AT_ONCE, count))]
            middles_s = [
                start_s + (s - before + size / 2) / self.config.sample_rate_hz for s in starts
            ]
            windows = np.stack([padded[s : s + size] for s in starts])
            found = self._windows(windows, [self._seen(picture_at, t) for t in middles_s])
            for start, piece in zip(starts, found, strict=True):
                total[start : start + size] += taper * piece
                weight[start : start + size] += taper
        inside = slice(before, before + len(mono))
        return np.asarray(total[inside] / weight[inside])

    def beside(self, film: Path, progress: Progress = silent_progress) -> Binauraliser:
        """The same: single pictures are all that it looks at."""
        return self

    def _windows(
        self, windows: NDArray[np.float32], pictures: list[Picture]
    ) -> NDArray[np.float32]:
        """Differences (B, size) of windows (B, size), each beside its picture."""
        gains = np.array([level_of(window) for window in windows], np.float32)[:, None]
        unlike, which = _distinct(pictures)
        visual = self.network.look(normalised_pictures(torch.from_numpy(np.stack(unlike))))
        mixtures = spectrum(torch.from_numpy(windows * gains), self.config)
        mask: Tensor = self.network.difference_mask(mixtures, visual[which])
        found = sound_of(masked(mask, mixtures), windows.shape[1], self.config)
        return np.asarray(found.numpy() / gains)

    def _seen(self, picture_at: PictureAt, time_s: float) -> Picture:
        """As large as the network sees."""
        height, width = self.config.picture_px
        picture = picture_at(max(time_s, 0.0))
        if picture.shape[:2] == (height, width):
            return picture
        return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))


def load_binauraliser(path: Path) -> Binauraliser:
    """The network of a checkpoint.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, or another network's.
    """
    tensors, facts = checkpoint_of(path, MODEL)
    network = PseudoBinaural(fact(facts, "config", Config, path))
    fitted(network, tensors, path)
    return Binauraliser(network)


def _distinct(pictures: list[Picture]) -> tuple[list[Picture], list[int]]:
    """Pictures that differ from the one before, and which of them each is."""
    unlike: list[Picture] = []
    which = []
    for picture in pictures:
        if not unlike or not np.array_equal(picture, unlike[-1]):
            unlike.append(picture)
        which.append(len(unlike) - 1)
    return unlike, which
