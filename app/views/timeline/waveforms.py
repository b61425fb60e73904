"""Waveforms as picture tiles: drawn once for each zoom, kept while there is room."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from engine.project.model import Take

TILE_PX = 256
_ROOM_BYTES = 64 * 2**20


class Peaks(Protocol):
    """Lowest and highest sample of equal stretches of a take."""

    def columns(
        self, first_sample: float, samples_per_column: float, count: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(count,) lowest and (count,) highest sample of consecutive stretches."""


class PeakSource(Protocol):
    """Where peaks come from; None while they are still being read."""

    def peaks(self, take: Take) -> Peaks | None:
        """Peaks of a take, if they are at hand."""

    def is_lost(self, take: Take) -> bool:
        """Whether they were looked for in vain."""


class _TileKey(NamedTuple):
    """Everything a tile depends on."""

    audio: str
    px_per_s: float
    number: int
    height_px: int
    rgb: int
    gain: float
    ratio: float


class WaveformTiles:
    """Paints waveforms from cached tiles."""

    def __init__(self, source: PeakSource) -> None:
        self._source = source
        self._tiles: OrderedDict[_TileKey, QImage] = OrderedDict()
        self._bytes = 0
        self.ratio = 1.0
        """Device pixels a pixel."""
        self.coarse = False
        """Whether tiles of a zoom nearby do, stretched: while one zooms."""

    def is_lost(self, take: Take) -> bool:
        """Whether a take has no waveform because its sound is missing."""
        return self._source.is_lost(take)

    def paint(
        self,
        painter: QPainter,
        take: Take,
        area: QRectF,
        visible: tuple[float, float],
        offset_s: float,
        px_per_s: float,
        colour: QColor,
        gain: float,
    ) -> bool:
        """Paint the part of a clip's waveform that is in sight; whether the peaks were at hand.

        `area` is that of the whole clip, its left edge `offset_s` into the take; `visible` are
        the left and the right pixel that must be painted.
        """
        peaks = self._source.peaks(take)
        if peaks is None:
            return False
        drawn_px_per_s = _nearby(px_per_s) if self.coarse else px_per_s
        wide = TILE_PX * px_per_s / drawn_px_per_s
        origin = area.left() - offset_s * px_per_s  # pixel of the take's first sample
        span = max(area.left(), visible[0]), min(area.right(), visible[1])
        first, last = (int((edge - origin) // wide) for edge in span)
        plain = _TileKey(
            take.audio, drawn_px_per_s, 0, round(area.height()), colour.rgb(), gain, self.ratio
        )
        for number in range(max(0, first), last + 1):
            tile = self._tile(plain._replace(number=number), peaks, take.sample_rate_hz)
            place = QRectF(origin + number * wide, area.top(), wide, area.height())
            if wide == TILE_PX:
                self._blit(painter, tile, place.left(), span, area.top())
            else:
                _stretch(painter, tile, place, span)
        return True

    def _tile(self, key: _TileKey, peaks: Peaks, sample_rate_hz: int) -> QImage:
        """A tile that is kept, or is drawn now."""
        tile = self._tiles.get(key) or self._draw(key, peaks, sample_rate_hz)
        self._tiles.move_to_end(key)
        return tile

    def _blit(
        self,
        painter: QPainter,
        tile: QImage,
        x: float,
        span: tuple[float, float],
        top: float,
    ) -> None:
        ratio = self.ratio
        begin = round(x * ratio)
        left = max(0, round(span[0] * ratio) - begin)
        right = min(tile.width(), round(span[1] * ratio) - begin)
        if right > left:
            place = QPointF((begin + left) / ratio, top)
            painter.drawImage(place, tile, QRectF(left, 0, right - left, tile.height()))

    def _draw(self, key: _TileKey, peaks: Peaks, sample_rate_hz: int) -> QImage:
        columns, rows = round(TILE_PX * key.ratio), max(1, round(key.height_px * key.ratio))
        samples_per_column = sample_rate_hz / (key.px_per_s * key.ratio)
        first = key.number * columns * samples_per_column
        low, high = peaks.columns(first, samples_per_column, columns)
        colour = QColor.fromRgb(key.rgb)
        tile = coverage_image(low * key.gain, high * key.gain, rows, colour)
        tile.setDevicePixelRatio(key.ratio)
        self._tiles[key] = tile
        self._bytes += tile.sizeInBytes()
        while self._bytes > _ROOM_BYTES and len(self._tiles) > 1:
            self._bytes -= self._tiles.popitem(last=False)[1].sizeInBytes()
        return tile


def _nearby(px_per_s: float) -> float:
    """The zoom of half-octave steps that is nearest."""
    return float(2.0 ** (round(2.0 * np.log2(px_per_s)) / 2.0))


def _stretch(painter: QPainter, tile: QImage, place: QRectF, span: tuple[float, float]) -> None:
    """Draw the part of a tile between two pixels, as wide as `place` is."""
    left, right = max(place.left(), span[0]), min(place.right(), span[1])
    if right > left:
        each = tile.width() / place.width()
        source = QRectF((left - place.left()) * each, 0, (right - left) * each, tile.height())
        painter.drawImage(QRectF(left, place.top(), right - left, place.height()), tile, source)


def coverage_image(
    low: NDArray[np.float32], high: NDArray[np.float32], rows: int, colour: QColor
) -> QImage:
    """Columns from `low` to `high` (full scale +-1) as an antialiased image `rows` high.

    Heights go with the square root of the level (half the height is -12 dB), so that quiet
    sounds show their shape.
    """
    low, high = (np.sign(part) * np.sqrt(np.abs(part)) for part in (low, high))
    middle, reach = rows / 2.0, rows / 2.0 - 0.5
    top = middle - np.clip(high, -1.0, 1.0) * reach - 0.5
    bottom = middle - np.clip(low, -1.0, 1.0) * reach + 0.5
    edges = np.arange(rows, dtype=np.float32)[:, None]
    share = np.clip(np.minimum(bottom, edges + 1.0) - np.maximum(top, edges), 0.0, 1.0)
    pixels = np.empty((rows, low.size, 4), dtype=np.uint8)
    for channel, value in enumerate((colour.blue(), colour.green(), colour.red(), 255)):
        pixels[..., channel] = share * value
    image = QImage(
        pixels.tobytes(), low.size, rows, low.size * 4, QImage.Format.Format_ARGB32_Premultiplied
    )
    return image.copy()
