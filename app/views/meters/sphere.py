"""Where the sound comes from: the power of an ambisonic sound field over the whole sphere.

The sphere is flattened by Hammer's projection, which keeps areas: front in the middle, left on the
left, behind at both ends. Sources are marked where they are, so that both can be compared.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app import theme
from app.words import said, tr
from engine.coordinates import to_cartesian, to_spherical
from engine.layouts import LOUDSPEAKER_LAYOUTS, Loudspeaker
from engine.project.model import Project
from engine.spatial.fibonacci import fibonacci_sphere

RANGE_DB = 18.0
QUIETEST_DBFS = -60.0
_COLUMNS, _ROWS = 192, 96
_SHARPNESS = 16.0
"""Of the lobe that spreads one direction's power over the picture (64 lie 28 degrees apart)."""
_FALL_DB_PER_S = 8.0
_DIMMED = 0.93
"""So much of what comes alike from everywhere is not shown: it would hide what stands out."""
_ROOT = float(np.sqrt(2.0))


class SphereView(QWidget):
    """`set_energy` is polled; nothing is computed while the panel is out of sight."""

    def __init__(self) -> None:
        super().__init__()
        self._project = Project()
        self._position_s = 0.0
        self._energy = np.zeros(0, dtype=np.float32)
        self._top_dbfs = QUIETEST_DBFS
        self._since_s = time.monotonic()
        self._directions = np.zeros((0, 3))
        self._spread: NDArray[np.float32] | None = None
        self._speakers: tuple[Loudspeaker, ...] = ()
        self._picture: QImage | None = None
        self.setMinimumSize(200, 140)
        self.setAccessibleName(tr("Energy sphere"))
        self.setToolTip(
            tr(
                "Power of the ambisonic sound field by direction, or of the loudspeakers, 18 dB "
                "from\ndark to bright; what comes alike from everywhere is dimmed"
            )
        )

    def sizeHint(self) -> QSize:
        return QSize(360, 220)

    def set_project(self, project: Project) -> None:
        """Show another project's sources."""
        self._project = project
        self.update()

    def set_position(self, position_s: float) -> None:
        """Sources are where they are at this time."""
        self._position_s = position_s
        if self.isVisible():
            self.update()

    def set_energy(self, energy: NDArray[np.float32]) -> None:
        """Show the (directions,) power on `fibonacci_sphere`; empty: there is no sound field."""
        if self._speakers:
            return
        if len(energy) != len(self._directions) and self.isVisible():
            self._directions = fibonacci_sphere(len(energy)) if len(energy) else np.zeros((0, 3))
            self._spread = spread(self._directions) if len(energy) else None
        self._show_energy(energy)

    def set_monitor_format(self, name: str) -> None:
        """Show the loudspeakers of the monitored format, where it has any."""
        layout = LOUDSPEAKER_LAYOUTS.get(name)
        self._speakers = layout.loudspeakers if layout is not None else ()
        self._directions = np.array(
            [
                direction(one.azimuth_deg, one.elevation_deg)
                for one in self._speakers if not one.lfe
            ]
        ).reshape(-1, 3)  # fmt: skip
        self._spread = lobes(self._directions) if self._speakers else None
        self._energy = np.zeros(0, dtype=np.float32)
        self._picture = None
        self.update()

    def set_channels(self, rms_dbfs: NDArray[np.float32]) -> None:
        """Show the (channels,) levels of the monitor's loudspeakers where they stand."""
        if len(rms_dbfs) != len(self._speakers) or not self._speakers:
            return
        heard = [not one.lfe for one in self._speakers]
        self._show_energy(np.power(10.0, rms_dbfs[heard] / 10.0, dtype=np.float32))

    def _show_energy(self, energy: NDArray[np.float32]) -> None:
        if not self.isVisible() or (not len(energy) and not len(self._energy)):
            return
        self._energy = energy
        self._picture = None
        self.update()

    @property
    def loudest_dbfs(self) -> float:
        """Level of the loudest direction."""
        power = float(self._energy.max()) if len(self._energy) else 0.0
        return 10.0 * float(np.log10(power)) if power > 1e-12 else -120.0

    def area(self) -> QRectF:
        """Where the sphere is drawn: twice as wide as high."""
        room = QRectF(self.rect()).adjusted(12, 12, -12, -34)
        width = max(1.0, min(room.width(), 2.0 * room.height()))
        middle = room.center()
        return QRectF(middle.x() - width / 2, middle.y() - width / 4, width, width / 2)

    def place_of(self, azimuth_deg: float, elevation_deg: float) -> QPointF:
        """Pixel of a direction."""
        x, y = hammer(azimuth_deg, elevation_deg)
        area = self.area()
        return QPointF(
            area.center().x() - x / (2.0 * _ROOT) * area.width() / 2,
            area.center().y() - y / _ROOT * area.height() / 2,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), table.panel)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = self.area()
        outline = QPainterPath()
        outline.addEllipse(area)
        painter.fillPath(outline, table.field)
        if len(self._energy):
            painter.save()
            painter.setClipPath(outline)
            painter.drawImage(area, self._shown())
            painter.restore()
        self._paint_grid(painter)
        self._paint_loudspeakers(painter)
        self._paint_sources(painter)
        self._paint_words(painter)

    def _shown(self) -> QImage:
        if self._picture is None:
            now_s = time.monotonic()
            fallen = self._top_dbfs - _FALL_DB_PER_S * (now_s - self._since_s)
            self._since_s = now_s
            self._top_dbfs = max(self.loudest_dbfs, fallen, QUIETEST_DBFS)
            assert self._spread is not None
            self._picture = energy_picture(self._spread @ self._energy, self._top_dbfs)
        return self._picture

    def _paint_grid(self, painter: QPainter) -> None:
        table = theme.colours()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.with_alpha(table.text_faint, 0.35), 1))
        for azimuth in (-90.0, 0.0, 90.0):
            steps = np.linspace(-90.0, 90.0, 31)
            painter.drawPolyline(QPolygonF([self.place_of(azimuth, float(e)) for e in steps]))
        for elevation in (-45.0, 0.0, 45.0):
            steps = np.linspace(-179.99, 179.99, 61)
            painter.drawPolyline(QPolygonF([self.place_of(float(a), elevation) for a in steps]))
        painter.setPen(QPen(table.line_strong, 1))
        painter.drawEllipse(self.area())
        painter.setFont(theme.font(9))
        painter.setPen(table.text_faint)
        for azimuth, text in ((90.0, "+90°"), (0.0, "0°"), (-90.0, "−90°")):
            painter.drawText(self.place_of(azimuth, 0.0) + QPointF(3, -3), text)

    def _paint_sources(self, painter: QPainter) -> None:
        table = theme.colours()
        painter.setFont(theme.font(10, 500))
        for track in self._project.tracks:
            if track.kind != "object":
                continue
            azimuth, elevation, _ = to_spherical(track.trajectory.at(self._position_s))
            place = self.place_of(float(azimuth), float(elevation))
            colour = theme.legible(track.colour)
            painter.setPen(QPen(table.ground, 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(place, 5.0, 5.0)
            painter.setPen(QPen(colour, 1.5))
            painter.drawEllipse(place, 5.0, 5.0)
            width = painter.fontMetrics().horizontalAdvance(track.name) + 8
            left = min(place.x() + 8, self.width() - width - 2.0)
            chip = QRectF(left, place.y() - 8, width, 16)
            painter.fillRect(chip, theme.with_alpha(table.ground, 0.92))
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, track.name)

    def _paint_loudspeakers(self, painter: QPainter) -> None:
        table = theme.colours()
        painter.setFont(theme.font(9, 600))
        for one in self._speakers:
            if one.lfe:
                continue
            place = self.place_of(one.azimuth_deg, one.elevation_deg)
            chip = QRectF(place.x() - 11, place.y() - 7, 22, 14)
            painter.setPen(QPen(table.line_strong, 1))
            painter.setBrush(theme.with_alpha(table.ground, 0.72))
            painter.drawRoundedRect(chip, 3, 3)
            painter.setPen(table.text_soft)
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, one.name)

    def _paint_words(self, painter: QPainter) -> None:
        table = theme.colours()
        painter.setFont(theme.font(11))
        painter.setPen(table.text_soft)
        row = QRectF(12, self.height() - 26, self.width() - 24, 18)
        if not len(self._energy):
            text = tr("Monitor in ambisonics or on loudspeakers and play to see the energy")
        elif self.loudest_dbfs <= -100.0:
            text = tr("Silence")
        else:
            loudest = self._directions[int(np.argmax(self._energy))]
            azimuth, elevation, _ = (float(v) for v in to_spherical(loudest))
            text = said(
                "Loudest {level} dBFS at {azimuth}°, elevation {elevation}°",
                level=f"{self.loudest_dbfs:.0f}", azimuth=f"{azimuth:+.0f}",
                elevation=f"{elevation:+.0f}",
            ).replace("-", "−")  # fmt: skip
        painter.drawText(row, Qt.AlignmentFlag.AlignCenter, text)


def hammer(azimuth_deg: float, elevation_deg: float) -> tuple[float, float]:
    """Hammer's projection (1892): x to the left up to 2 sqrt(2), y up to sqrt(2)."""
    azimuth, elevation = np.radians(azimuth_deg), np.radians(elevation_deg)
    scale = _ROOT / np.sqrt(1.0 + np.cos(elevation) * np.cos(azimuth / 2.0))
    x = 2.0 * np.cos(elevation) * np.sin(azimuth / 2.0) * scale
    return float(x), float(np.sin(elevation) * scale)


def direction(azimuth_deg: float, elevation_deg: float) -> NDArray[np.float64]:
    """(3,) unit vector."""
    return np.asarray(to_cartesian(azimuth_deg, elevation_deg, 1.0), dtype=np.float64)


def spread(directions: NDArray[np.float64]) -> NDArray[np.float32]:
    """(rows * columns, directions) shares of each of (n, 3) even directions in every pixel."""
    shares = lobes(directions)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)


def lobes(directions: NDArray[np.float64]) -> NDArray[np.float32]:
    """(rows * columns, n): how near every pixel of the picture is to (n, 3) directions, 0 to 1."""
    x = (0.5 - (np.arange(_COLUMNS) + 0.5) / _COLUMNS) * 4.0 * _ROOT
    y = (0.5 - (np.arange(_ROWS) + 0.5) / _ROWS) * 2.0 * _ROOT
    across, up = np.meshgrid(x, y)
    z = np.sqrt(np.clip(1.0 - (across / 4.0) ** 2 - (up / 2.0) ** 2, 0.0, 1.0))
    azimuth = 2.0 * np.arctan2(z * across, 2.0 * (2.0 * z * z - 1.0))
    elevation = np.arcsin(np.clip(z * up, -1.0, 1.0))
    looks = np.stack(
        [
            np.cos(elevation) * np.cos(azimuth),
            np.cos(elevation) * np.sin(azimuth),
            np.sin(elevation),
        ],
        axis=-1,
    ).reshape(-1, 3)
    return np.exp(_SHARPNESS * (looks @ directions.T - 1.0)).astype(np.float32)


def energy_picture(power: NDArray[np.float32], top_dbfs: float) -> QImage:
    """The picture of (rows * columns,) powers, brightest at `top_dbfs`."""
    rest = _DIMMED * float(power.min())
    level_db = 10.0 * np.log10(np.maximum(power - rest, 1e-12))
    share = np.clip((level_db - top_dbfs) / RANGE_DB + 1.0, 0.0, 1.0)
    colours = _ramp()[(share * 255.0).astype(np.int64)]
    image = QImage(colours.tobytes(), _COLUMNS, _ROWS, 4 * _COLUMNS, QImage.Format.Format_RGB32)
    return image.copy()


def _ramp() -> NDArray[np.uint32]:
    """256 colours from the panel's ground through the accent to white."""
    table = theme.colours()
    stops = [
        (0.0, table.field),
        (0.45, table.accent_dim),
        (0.8, table.accent),
        (1.0, QColor("white")),
    ]
    places = [place for place, _ in stops]
    channels = [
        np.interp(np.linspace(0.0, 1.0, 256), places, [read(colour) for _, colour in stops])
        for read in (QColor.red, QColor.green, QColor.blue)
    ]
    red, green, blue = (np.round(channel).astype(np.uint32) for channel in channels)
    return np.asarray(0xFF000000 + (red << 16) + (green << 8) + blue, dtype=np.uint32)
