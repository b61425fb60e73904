"""Colours, fonts and the style sheet: read from `resources/theme`, applied once at the start."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from app import palettes
from app.palettes import Look
from engine import resources
from engine.project.palette import TRACK_COLOURS

FONT_FAMILY = "Inter"
_SIGNALS = ("good", "warning", "danger")
_look = [Look()]


@dataclass(frozen=True)
class Colours:
    """The colour table by name; see ``resources/theme/dark.toml``."""

    ground: QColor
    panel: QColor
    raised: QColor
    hover: QColor
    field: QColor
    field_alternate: QColor
    line: QColor
    line_strong: QColor
    text: QColor
    text_soft: QColor
    text_faint: QColor
    accent: QColor
    accent_dim: QColor
    accent_ink: QColor
    danger: QColor
    warning: QColor
    good: QColor


@cache
def colours() -> Colours:
    """The colour table, with the signals in use."""
    table = _dark() | palettes.signal_colours(in_use().signals)
    return Colours(**{field.name: QColor(table[field.name]) for field in fields(Colours)})


@cache
def _dark() -> dict[str, str]:
    return tomllib.loads(resources.path("theme/dark.toml").read_text(encoding="utf-8"))


def signal_table(name: str) -> dict[str, str]:
    """Colours of good, warning and danger in a palette of signals."""
    table = _dark() | palettes.signal_colours(name)
    return {signal: table[signal] for signal in _SIGNALS}


def in_use() -> Look:
    """The palettes that are shown."""
    return _look[0]


def use(look: Look) -> None:
    """Show other palettes; what is painted already has to be painted again."""
    _look[0] = look
    colours.cache_clear()
    legible.cache_clear()


def apply(application: QApplication) -> None:
    """Give the whole application the Foleystage look."""
    _load_fonts()
    application.setStyle("Fusion")
    application.setFont(font(12))
    application.setPalette(_palette())
    application.setStyleSheet(style_sheet())


@cache
def _load_fonts() -> None:
    for file in sorted(resources.path("theme/fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(file))


@cache
def font(size_px: int, weight: int = 400) -> QFont:
    """The window's typeface with digits of equal width, so that readouts do not move."""
    made = QFont(FONT_FAMILY)
    made.setFamilies([FONT_FAMILY, "Segoe UI", "Noto Sans", "DejaVu Sans"])
    made.setPixelSize(size_px)
    made.setWeight(QFont.Weight(weight))
    made.setFeature(QFont.Tag("tnum"), 1)
    made.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    return made


def style_sheet() -> str:
    """The style sheet with every @name replaced by its colour."""
    text = resources.path("theme/foleystage.qss").read_text(encoding="utf-8")
    icons = resources.path("icons").as_posix()
    table = {field.name: getattr(colours(), field.name).name() for field in fields(Colours)}
    for name in sorted(table, key=len, reverse=True):
        text = text.replace(f"@{name}", table[name])
    return text.replace("@icons", icons)


def _palette() -> QPalette:
    table = colours()
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in {
        roles.Window: table.panel,
        roles.WindowText: table.text,
        roles.Base: table.field,
        roles.AlternateBase: table.field_alternate,
        roles.Text: table.text,
        roles.Button: table.raised,
        roles.ButtonText: table.text,
        roles.ToolTipBase: table.raised,
        roles.ToolTipText: table.text,
        roles.Highlight: table.accent_dim,
        roles.HighlightedText: table.text,
        roles.PlaceholderText: table.text_faint,
        roles.Link: table.accent,
    }.items():
        palette.setColor(role, colour)
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, table.text_faint)
    return palette


def with_alpha(colour: QColor, alpha: float) -> QColor:
    """The colour at an opacity 0..1."""
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """`share` (0..1) of `second` in `first`."""
    return QColor.fromRgbF(
        *(a + (b - a) * share for a, b in zip(_rgb(first), _rgb(second), strict=True))
    )


def track_colour(colour_name: str) -> QColor:
    """A track's colour as the palette in use has it; colours of one's own stay."""
    name = colour_name.lower()
    if name in TRACK_COLOURS:
        return QColor(palettes.track_colours(in_use().tracks)[TRACK_COLOURS.index(name)])
    return QColor(colour_name)


@cache
def legible(colour_name: str) -> QColor:
    """A track colour in the palette in use, lightened until it reads at 4.5:1 on panels."""
    colour = track_colour(colour_name)
    if not colour.isValid():
        colour = QColor(TRACK_COLOURS[0])
    while contrast(colour, colours().raised) < 4.5:
        colour = mix(colour, QColor("white"), 0.08)
    return colour


def contrast(first: QColor, second: QColor) -> float:
    """WCAG 2.1 contrast ratio of two opaque colours."""
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _rgb(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()


def _luminance(colour: QColor) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in _rgb(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
