"""A correlation filter: where a thing that was shown once is in the next picture, and how large.

A linear filter over oriented gradients and colours is trained in closed form in the frequency
domain and updated as it goes (Henriques et al., "High-Speed Tracking with Kernelized Correlation
Filters", PAMI 2015, with a linear kernel; scales as in Li and Zhu, "SAMF", ECCVW 2014).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.vision.opencv import cv2

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_CELLS = 36
"""Cells of the longer side of the window that is looked at."""
_CELL_PX = 4
_AROUND = 2.2
"""The window over the box, in lengths."""
_INNER = 0.5
"""Spread of what is looked at, in box sizes: what lies around the thing must not hold it back."""
_BINS = 9
_SPREAD = 0.09
"""Width of the wished-for answer over the box's size."""
_RIDGE = 1e-3
_LEARN = 0.025
_SCALES = (0.95, 0.975, 1.0, 1.025, 1.05)
_SCALE_COST = 0.012
"""Share by which another size must answer better, for each step away from the same one."""
_CALM = 0.6
"""How much of a measured change of size is taken up at once."""


class CorrelationTracker:
    """Follows one box. `start` it on a picture, then `step` on each following one.

    Pictures are (height, width, 3) uint8 RGB of one size; boxes (4,) x0, y0, x1, y1 in pixels.
    """

    name = "correlation filter"

    def start(self, image: Image, box: Array) -> None:
        """Learn what is in the box."""
        self._centre = 0.5 * (box[:2] + box[2:])
        self._size = np.maximum(box[2:] - box[:2], 4.0)
        window = _AROUND * np.sqrt(np.prod(self._size)) * 0.5 + 0.5 * _AROUND * self._size
        shape = np.maximum(8, np.round(_CELLS * window / window.max())).astype(int)
        self._window, self._cells = window, (int(shape[0]), int(shape[1]))
        across, down = self._cells
        x = np.arange(across) - across // 2
        y = np.arange(down) - down // 2
        spread = _SPREAD * np.sqrt(np.prod(self._size / window * shape)) + 0.5
        wish = np.exp(-0.5 * (x[None, :] ** 2 + y[:, None] ** 2) / spread**2)
        self._wish = np.fft.rfft2(np.fft.ifftshift(wish))
        inner = self._size / window * shape * _INNER
        self._taper = np.hanning(down + 2)[1:-1, None] * np.hanning(across + 2)[None, 1:-1]
        self._taper *= np.exp(-0.5 * ((x[None, :] / inner[0]) ** 2 + (y[:, None] / inner[1]) ** 2))
        self._scale = 1.0
        spectrum = self._spectrum(image, 1.0)
        self._above = spectrum.conj() * self._wish
        self._below = np.sum(np.abs(spectrum) ** 2, axis=0)

    def step(self, image: Image) -> tuple[Array, float]:
        """The box on the next picture, and how sure it is, 0 to 1."""
        found = max(
            (self._answer(image, factor) for factor in _SCALES), key=lambda answer: answer[0]
        )
        _, sure, shift, factor = found
        self._centre = self._centre + shift
        self._scale *= factor**_CALM
        if sure > 0.25:
            spectrum = self._spectrum(image, 1.0)
            self._above += _LEARN * (spectrum.conj() * self._wish - self._above)
            self._below += _LEARN * (np.sum(np.abs(spectrum) ** 2, axis=0) - self._below)
        half = 0.5 * self._size * self._scale
        return np.concatenate([self._centre - half, self._centre + half]), sure

    def _answer(self, image: Image, factor: float) -> tuple[float, float, Array, float]:
        """(rank, sureness, shift in pixels, factor) of the best place at one size."""
        spectrum = self._spectrum(image, factor)
        ridge = _RIDGE * float(self._below.mean()) + 1e-9
        answer = np.fft.irfft2(
            np.sum(self._above * spectrum, axis=0) / (self._below + ridge), s=self._cells[::-1]
        )
        down, across = np.unravel_index(int(np.argmax(answer)), answer.shape)
        peak = float(answer[down, across])
        place = np.array([_finer(answer[down], int(across)), _finer(answer[:, across], int(down))])
        size = np.array(self._cells, dtype=np.float64)
        place = np.where(place > size / 2, place - size, place)
        shift = place * self._window * self._scale * factor / size
        steps = abs(_SCALES.index(factor) - len(_SCALES) // 2)
        return peak * (1.0 - _SCALE_COST * steps), float(np.clip(peak, 0.0, 1.0)), shift, factor

    def _spectrum(self, image: Image, factor: float) -> NDArray[np.complex128]:
        """(channels, down, across) spectra of the features around where it was."""
        window = self._window * self._scale * factor
        size = (self._cells[0] * _CELL_PX, self._cells[1] * _CELL_PX)
        zoom = np.array(size) / window
        shift = np.array(size) / 2 - self._centre * zoom
        matrix = np.array([[zoom[0], 0.0, shift[0]], [0.0, zoom[1], shift[1]]])
        patch = cv2.warpAffine(
            image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        features = _features(patch, self._cells) * self._taper
        return np.fft.rfft2(features)


def _finer(line: Array, index: int) -> float:
    """Top of the parabola through a sample and its neighbours, which wrap around."""
    before, here, after = line[index - 1], line[index], line[(index + 1) % len(line)]
    bend = before - 2.0 * here + after
    return float(index) if bend >= -1e-12 else index + 0.5 * float((before - after) / bend)


def _features(patch: Image, cells: tuple[int, int]) -> Array:
    """(channels, down, across): oriented gradients, each cell at unit energy, and colours."""
    lab = cv2.cvtColor(patch, cv2.COLOR_RGB2LAB).astype(np.float32) / 255.0
    dx = cv2.Sobel(lab[..., 0], cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(lab[..., 0], cv2.CV_32F, 0, 1)
    strength = np.hypot(dx, dy)
    angle = (np.arctan2(dy, dx) % np.pi) * (_BINS / np.pi)
    low = np.floor(angle)
    share = angle - low
    bins = low.astype(int) % _BINS
    maps = np.zeros((*strength.shape, _BINS), np.float32)
    rows, columns = np.indices(bins.shape)
    maps[rows, columns, bins] += strength * (1.0 - share)
    maps[rows, columns, (bins + 1) % _BINS] += strength * share
    pooled = _pooled(maps, cells)
    energy = np.linalg.norm(pooled, axis=2, keepdims=True)
    edges = pooled / (cv2.blur(energy, (3, 3))[..., None] + 0.05)
    colours = _pooled(lab, cells)
    colours = 2.0 * (colours - colours.mean(axis=(0, 1), keepdims=True))
    return np.concatenate([edges, colours], axis=2).transpose(2, 0, 1).astype(np.float64)


def _pooled(maps: NDArray[np.float32], cells: tuple[int, int]) -> NDArray[np.float32]:
    across, down = cells
    return maps.reshape(down, _CELL_PX, across, _CELL_PX, -1).mean(axis=(1, 3))
