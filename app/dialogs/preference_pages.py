"""The pages of the preferences: sound, folders, colours, and how one works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from app import palettes, theme
from app.dialogs.folder_field import FolderField
from app.palettes import Look
from app.preferences import (
    AUTOSAVE_S,
    BLOCKS_SAMPLES,
    PICTURE_WIDTHS_PX,
    Folders,
    Preferences,
)
from app.views.tracks.file_choice import FileChoice
from app.words import tr
from engine.project.model import Scene

_PITCH_PX, _DOT_PX = 15, 12


class Page(QWidget):
    """Rows of words and fields, with a note below."""

    def lay_out(self, rows: Mapping[str, QWidget], note: str) -> None:
        """Put the fields in rows."""
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 16, 4, 4)
        column.setSpacing(16)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        for words, field in rows.items():
            form.addRow(tr(words), field)
        column.addLayout(form)
        below = QLabel(tr(note))
        below.setWordWrap(True)
        below.setProperty("tone", "faint")
        column.addWidget(below)
        column.addStretch(1)

    def taken_into(self, wanted: Preferences) -> Preferences:
        """The preferences with this page's choices."""
        raise NotImplementedError


class SoundPage(Page):
    """Where sound goes, in what pieces, and through whose ears."""

    def __init__(self, now: Preferences, devices: Sequence[str], parent: QWidget) -> None:
        super().__init__()
        known = dict.fromkeys([*devices, *([now.audio_device] if now.audio_device else [])])
        self.device = _choice({None: tr("Default device")} | {name: name for name in known},
                              now.audio_device)  # fmt: skip
        blocks = {count: f"{count} samples" for count in BLOCKS_SAMPLES}
        self.block = _choice(blocks, now.block_samples)
        self._hrir = now.hrir
        self.hrir = FileChoice(
            {Scene().hrir: "MIT KEMAR"}, tr("From a SOFA file…"),
            "A set of head-related impulse responses", "SOFA (*.sofa)", parent,
        )  # fmt: skip
        self.hrir.chosen.connect(self._choose_hrir)
        self.hrir.show_choice(now.hrir)
        self.lay_out(
            {
                "Sound goes to": self.device,
                "Device buffer": self.block,
                "HRIR of new sessions": self.hrir,
            },
            "A longer buffer bears a busier machine, a shorter one answers sooner; another one "
            "restarts the sound where it stands. Open sessions keep their HRIR set (Inspector).",
        )

    def taken_into(self, wanted: Preferences) -> Preferences:
        return replace(
            wanted, audio_device=self.device.currentData(),
            block_samples=self.block.currentData(), hrir=self._hrir,
        )  # fmt: skip

    def _choose_hrir(self, name: str) -> None:
        self._hrir = name
        self.hrir.show_choice(name)


class FoldersPage(Page):
    """Where sessions, exports and the index of recordings go."""

    def __init__(self, now: Preferences) -> None:
        super().__init__()
        self.sessions = FolderField("New sessions", "Beside the film")
        self.exports = FolderField("Exports", "Beside the session")
        self.library = FolderField("Index of recordings", "In your data folder")
        folders = now.folders
        for field, folder in (
            (self.sessions, folders.sessions), (self.exports, folders.exports),
            (self.library, folders.library),
        ):  # fmt: skip
            field.show_folder(folder)
        self.lay_out(
            {"New sessions": self.sessions, "Exports": self.exports,
             "Index of recordings": self.library},
            "Sessions that are there stay where they are. Another index begins empty, or with "
            "what is in that folder already; recordings themselves are never moved.",
        )  # fmt: skip

    def taken_into(self, wanted: Preferences) -> Preferences:
        folders = Folders(self.sessions.folder, self.exports.folder, self.library.folder)
        return replace(wanted, folders=folders)


class ColoursPage(Page):
    """Palettes of tracks and of levels."""

    def __init__(self, now: Preferences) -> None:
        super().__init__()
        usual = theme.signal_table("usual")
        self.tracks = _choice(palettes.choices("tracks"), now.look.tracks)
        self.signals = _choice(palettes.choices("signals"), now.look.signals)
        for box, colours_of in (
            (self.tracks, palettes.track_colours),
            (self.signals, lambda name: tuple((usual | palettes.signal_colours(name)).values())),
        ):
            for row in range(box.count()):
                colours = colours_of(box.itemData(row))
                box.setIconSize(QSize(len(colours) * _PITCH_PX, _PITCH_PX))
                box.setItemIcon(row, _dots(colours))
        self.lay_out(
            {"Tracks": self.tracks, "Levels and warnings": self.signals},
            "For red-green blindness Paul Tol's colours are told apart best, and blue, yellow and "
            "orange levels; greys differ by lightness alone. Sessions keep the colours they have.",
        )

    def taken_into(self, wanted: Preferences) -> Preferences:
        return replace(wanted, look=Look(self.tracks.currentData(), self.signals.currentData()))


class WorkPage(Page):
    """Saving, and the picture."""

    def __init__(self, now: Preferences) -> None:
        super().__init__()
        times = {s: f"Every {s} s" if s < 60 else f"Every {s // 60} min" for s in AUTOSAVE_S}
        self.autosave = _choice(times, now.autosave_s)
        widths = {pixels: f"Up to {pixels} px wide" for pixels in PICTURE_WIDTHS_PX}
        self.picture_width = _choice(widths, now.picture_width_px)
        self.lay_out(
            {"Saved by itself": self.autosave, "Picture": self.picture_width},
            "Every edit is on the disk within a second anyway. A narrower picture makes heavy "
            "films fluent; exports always use the film itself.",
        )

    def taken_into(self, wanted: Preferences) -> Preferences:
        return replace(
            wanted, autosave_s=self.autosave.currentData(),
            picture_width_px=self.picture_width.currentData(),
        )  # fmt: skip


def _choice(words: Mapping[Any, str], now: object) -> QComboBox:
    box = QComboBox()
    for name, text in words.items():
        box.addItem(tr(text), name)
    box.setCurrentIndex(max(0, list(words).index(now)))
    return box


def _dots(colours: Sequence[str]) -> QIcon:
    """A row of dots in these colours."""
    picture = QPixmap(QSize(len(colours) * _PITCH_PX, _PITCH_PX) * 2)
    picture.fill(QColor(0, 0, 0, 0))
    picture.setDevicePixelRatio(2.0)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(0, 0, 0, 0))
    for number, colour in enumerate(colours):
        painter.setBrush(QColor(colour))
        painter.drawEllipse(QRectF(1 + number * _PITCH_PX, 1, _DOT_PX, _DOT_PX))
    painter.end()
    return QIcon(picture)
