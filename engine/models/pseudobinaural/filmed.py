"""What a film has and a drawing has not: a lens, a sensor, a codec, and sounds that nobody sees.

Pairs made with it are harder to learn and nearer to what the network is used on: where something
can be heard that is not in the picture, it had better not be too sure.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Audio = NDArray[np.float32]

UNSEEN_P, SILENT_P = 0.4, 0.4
"""How often something is heard that is not seen, and how often something seen is silent."""
UNSEEN_DB = (-18.0, -4.0)
"""Level of what is not seen over what is."""
HISS_DB = (-40.0, -20.0)
"""Level of the air around, in each ear its own, under the sound."""


def filmed(picture: Picture, rng: np.random.Generator) -> Picture:
    """The (h, w, 3) picture as a cheap camera gives it: lit, soft, grainy, coded."""
    height, width = picture.shape[:2]
    seen = _cluttered(picture, rng).astype(np.float32) / 255.0
    seen = seen ** float(np.exp(rng.uniform(-0.5, 0.8)))
    seen *= rng.uniform(0.85, 1.15, 3).astype(np.float32)
    across = np.linspace(-1.0, 1.0, width, dtype=np.float32)[None, :, None]
    down = np.linspace(-1.0, 1.0, height, dtype=np.float32)[:, None, None]
    seen *= 1.0 + rng.uniform(-0.25, 0.25) * across + rng.uniform(-0.25, 0.25) * down
    seen *= 1.0 - rng.uniform(0.0, 0.3) * (across**2 + down**2) / 2.0
    seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.2, 1.2)).astype(np.float32)
    seen += rng.uniform(0.0, 0.05) * rng.standard_normal(seen.shape, dtype=np.float32)
    whole = np.clip(255.0 * seen, 0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 90))]
    coded = cv2.imencode(".jpg", whole[..., ::-1], quality)[1]
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return np.ascontiguousarray(np.asarray(decoded, np.uint8)[..., ::-1])


def _cluttered(picture: Picture, rng: np.random.Generator) -> Picture:
    """Small things of no kind in front: leaves, wires, signs, nearly transparent."""
    height, width = picture.shape[:2]
    over = picture.copy()
    for _ in range(rng.integers(0, 25)):
        centre = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        axes = tuple(int(a) for a in rng.integers(1, max(2, height // 10), 2))
        shade = tuple(int(c) for c in rng.integers(0, 255, 3))
        cv2.ellipse(over, centre, axes, float(rng.uniform(0, 180)), 0, 360, shade, -1)
    part = rng.uniform(0.1, 0.7)
    return np.asarray(cv2.addWeighted(over, part, picture, 1.0 - part, 0.0), np.uint8)


def unseen_level(rng: np.random.Generator) -> float:
    """Gain of what is not seen, of sounds of equal level; 0 where there is nothing."""
    if rng.random() >= UNSEEN_P:
        return 0.0
    return float(10.0 ** (rng.uniform(*UNSEEN_DB) / 20.0))


def hiss(ears: Audio, rng: np.random.Generator) -> Audio:
    """(2, n) of noise around a sound (2, n), falling by 3 dB an octave, each ear its own."""
    level = float(np.sqrt(np.mean(np.square(ears)))) * 10.0 ** (rng.uniform(*HISS_DB) / 20.0)
    spectra = np.fft.rfft(rng.standard_normal(ears.shape))
    spectra /= np.sqrt(np.maximum(np.arange(spectra.shape[1]), 1.0))
    made = np.fft.irfft(spectra, ears.shape[1])
    scale = level / max(float(np.sqrt(np.mean(np.square(made)))), 1e-12)
    return np.asarray(scale * made, np.float32)
