"""FoleySpace's diffusion at work: mono sound and the way of its source in, two ears out.

Sound is made a second at a time, with a little more on both sides, and faded together. Windows lie
on a grid of their own, and the noise of a moment is always the same, so that the result does not
depend on how the sound is cut into pieces, and has no seams.

References
----------
"FoleySpace", sections III-D and V-D (50 steps); Kong et al., "DiffWave", appendix C (six).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import ShapeError
from engine.models.checkpoint import checkpoint_of, fact, fitted
from engine.models.foleyspace.config import Config
from engine.models.foleyspace.diffusion import (
    Schedule,
    aligned_schedule,
    even_schedule,
    noise_source,
    sample,
)
from engine.models.foleyspace.levels import deemphasised, emphasised, piece_gain
from engine.models.foleyspace.moving import Recipe
from engine.models.foleyspace.network import FoleySpaceNet

MODEL = "foleyspace"
FAST_STEPS, PAPER_STEPS = 6, 50
WINDOW_S, FADE_S, BESIDE_S = 1.0, 0.1, 0.15
"""Windows, half of what they are faded over, and what is made besides and thrown away."""
POSITIONS_PER_S = 25
"""As often as the recipe's positions change (200 in 8 s)."""
_AT_ONCE = 4

Floats = NDArray[np.float64]
PositionsAt = Callable[[Floats], Floats]
"""Positions (k, 3) in metres, x front, y left, z up, at times (k,) in seconds."""


class MovingSpatialiser:
    """A network with its weights. `binaural` is what it is for.

    Parameters
    ----------
    distances_m : (nearest, furthest)
        That it has learned; nearer and further sources are heard as at these.
    hrir : str
        The ears that it has learned: 'kemar', or a SOFA file.
    """

    def __init__(
        self, network: FoleySpaceNet, distances_m: tuple[float, float], hrir: str = "kemar"
    ) -> None:
        self.network = network.eval()
        self.config = network.config
        self.distances_m, self.hrir = distances_m, hrir

    def schedule(self, steps: int) -> Schedule:
        """The way back in so many steps: six of DiffWave's, or evenly spread ones."""
        if steps == FAST_STEPS:
            return aligned_schedule(self.config)
        return even_schedule(self.config, steps)

    @torch.inference_mode()
    def binaural(
        self,
        mono: NDArray[np.floating],
        positions_at: PositionsAt,
        start_s: float = 0.0,
        *,
        steps: int = FAST_STEPS,
        seed: int = 0,
    ) -> NDArray[np.float32]:
        """(2, n) of a mono sound (n,) at the network's rate whose source moves.

        Parameters
        ----------
        start_s : float
            Where the sound's first sample is in the positions' time. What is within 0.3 s of an
            end of the sound depends on there being no more of it.
        steps : int
            Of the way back from noise.
        seed : int
            Of the noise.

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
        rate_hz = self.config.sample_rate_hz
        size, fade, beside = (round(s * rate_hz) for s in (WINDOW_S, FADE_S, BESIDE_S))
        first_sample = round(start_s * rate_hz)
        first = (first_sample - fade) // size
        after = -(-(first_sample + len(mono) + fade) // size)
        reach = fade + beside
        offset = first_sample - first * size + reach  # of the sound, in `padded`
        padded = np.zeros(offset + len(mono) + 2 * size + reach, np.float32)
        padded[offset : offset + len(mono)] = mono
        total = np.zeros((2, len(padded)), np.float32)
        taper = _taper(size, fade)
        schedule = self.schedule(steps)
        for some in _several(range(first, after), _AT_ONCE):
            starts = [(k - first) * size for k in some]  # in `padded`, of what is made
            pieces = np.stack([padded[s : s + size + 2 * reach] for s in starts])
            times_s = [(k * size - reach) / rate_hz for k in some]
            made = self._made(pieces, times_s, positions_at, schedule, seed)
            for s, ears in zip(starts, made, strict=True):
                inside = slice(s + beside, s + beside + len(taper))
                total[:, inside] += taper * ears[:, beside : beside + len(taper)]
        return total[:, offset : offset + len(mono)]

    def _made(
        self,
        pieces: NDArray[np.float32],
        times_s: Sequence[float],
        positions_at: PositionsAt,
        schedule: Schedule,
        seed: int,
    ) -> NDArray[np.float32]:
        """(k, 2, n) of pieces (k, n) that begin at times; silent ones stay silent."""
        out = np.zeros((len(pieces), 2, pieces.shape[1]), np.float32)
        sounding = [i for i, piece in enumerate(pieces) if piece.any()]
        if not sounding:
            return out
        monos = emphasised(pieces[sounding], self.config.emphasis)
        gains = np.array([piece_gain(mono) for mono in monos], np.float32)[:, None]
        ways = np.stack([self._way(positions_at, times_s[i], pieces.shape[1]) for i in sounding])
        told = self.network.conditions(torch.from_numpy(monos * gains), torch.from_numpy(ways))
        noise = noise_source(seed, [round(times_s[i] * self._rate_hz) for i in sounding])

        def denoise(noisy: Tensor, at: Tensor) -> Tensor:
            found: Tensor = self.network(noisy, at, told)
            return found

        shape = (len(sounding), 2, pieces.shape[1])
        found = sample(denoise, shape, schedule, noise).numpy() / gains[:, None]
        out[sounding] = deemphasised(found, self.config.emphasis)
        return out

    @property
    def _rate_hz(self) -> int:
        return self.config.sample_rate_hz

    def _way(self, positions_at: PositionsAt, start_s: float, samples: int) -> NDArray[np.float32]:
        """(3, k) positions over a piece, at distances that were learned."""
        length_s = samples / self._rate_hz
        times_s = start_s + np.linspace(0.0, length_s, round(length_s * POSITIONS_PER_S) + 1)
        places = np.asarray(positions_at(times_s), np.float64)
        far_m = np.maximum(np.linalg.norm(places, axis=1, keepdims=True), 1e-6)
        places = places * (np.clip(far_m, *self.distances_m) / far_m)
        return np.asarray(places.T, np.float32)


def load_moving_spatialiser(path: Path) -> MovingSpatialiser:
    """The network of a checkpoint.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, or another network's.
    """
    tensors, facts = checkpoint_of(path, MODEL)
    network = FoleySpaceNet(fact(facts, "config", Config, path))
    fitted(network, tensors, path)
    recipe = fact(facts, "recipe", Recipe, path)
    return MovingSpatialiser(network, recipe.distances_m, recipe.hrir)


def _taper(size: int, fade: int) -> NDArray[np.float32]:
    """(size + 2 fade,): up over twice the fade, down over the same; neighbours add up to 1."""
    up = (np.arange(2 * fade) + 0.5) / (2 * fade)
    return np.concatenate([up, np.ones(size - 2 * fade), up[::-1]]).astype(np.float32)


def _several(numbers: range, count: int) -> list[range]:
    return [numbers[first : first + count] for first in range(0, len(numbers), count)]
