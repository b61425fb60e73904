"""Output formats: loudspeaker layouts (BS.2051 / BS.775), binaural and ambisonics.

Channel order is the WAV/SMPTE one for loudspeakers and ACN/SN3D for ambisonics.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.errors import LayoutError


@dataclass(frozen=True)
class Loudspeaker:
    """One channel of a layout; `azimuth_deg` positive to the left. `lfe` carries no direction."""

    name: str
    azimuth_deg: float
    elevation_deg: float = 0.0
    lfe: bool = False

    @property
    def label(self) -> str:
        """Its label in BS.2051: 'M+110', 'U-045', 'LFE'."""
        if self.lfe:
            return "LFE"
        return f"{'U' if self.elevation_deg > 0.0 else 'M'}{self.azimuth_deg:+04.0f}"


@dataclass(frozen=True)
class Layout:
    """Loudspeakers in channel order.

    References
    ----------
    ITU-R BS.775-4 (5.1), ITU-R BS.2051-3 systems A (0+2+0), B (0+5+0), D (4+5+0) and J (4+7+0).
    """

    name: str
    loudspeakers: tuple[Loudspeaker, ...]
    wave_mask: int

    @property
    def channels(self) -> int:
        return len(self.loudspeakers)

    @property
    def channel_names(self) -> tuple[str, ...]:
        return tuple(speaker.name for speaker in self.loudspeakers)


STEREO = Layout("stereo", (Loudspeaker("L", 30.0), Loudspeaker("R", -30.0)), 0x3)
SURROUND_51 = Layout(
    "5.1",
    (
        Loudspeaker("L", 30.0),
        Loudspeaker("R", -30.0),
        Loudspeaker("C", 0.0),
        Loudspeaker("LFE", 0.0, lfe=True),
        Loudspeaker("Ls", 110.0),
        Loudspeaker("Rs", -110.0),
    ),
    0x3F,
)
FILM_51_ORDER = ("L", "C", "R", "Ls", "Rs", "LFE")
"""Film channel order, offered at export only."""

SURROUND_514 = Layout(
    "5.1.4",
    (
        *SURROUND_51.loudspeakers,
        Loudspeaker("Ltf", 30.0, 30.0),
        Loudspeaker("Rtf", -30.0, 30.0),
        Loudspeaker("Ltr", 110.0, 30.0),
        Loudspeaker("Rtr", -110.0, 30.0),
    ),
    0x2D03F,
)
"""4+5+0."""

SURROUND_714 = Layout(
    "7.1.4",
    (
        Loudspeaker("L", 30.0),
        Loudspeaker("R", -30.0),
        Loudspeaker("C", 0.0),
        Loudspeaker("LFE", 0.0, lfe=True),
        Loudspeaker("Lrs", 135.0),
        Loudspeaker("Rrs", -135.0),
        Loudspeaker("Lss", 90.0),
        Loudspeaker("Rss", -90.0),
        Loudspeaker("Ltf", 45.0, 30.0),
        Loudspeaker("Rtf", -45.0, 30.0),
        Loudspeaker("Ltr", 135.0, 30.0),
        Loudspeaker("Rtr", -135.0, 30.0),
    ),
    0x2D63F,
)
"""4+7+0. In the order that a WAV header with this mask implies: rear before side surrounds."""

_FRONT_30 = Layout("3.0", SURROUND_51.loudspeakers[:3], 0x7)
_SURROUND_50 = Layout(
    "5.0", tuple(speaker for speaker in SURROUND_51.loudspeakers if not speaker.lfe), 0x37
)
_SURROUND_71 = Layout("7.1", SURROUND_714.loudspeakers[:8], 0x63F)

BED_LAYOUTS = {
    layout.channels: layout
    for layout in (
        STEREO, _FRONT_30, _SURROUND_50, SURROUND_51, _SURROUND_71, SURROUND_514, SURROUND_714
    )
}  # fmt: skip
"""What a sound of so many channels was made for, where it is no ambisonics: a bed comes in on these
layouts, in the order that a WAV header's mask implies."""

LOUDSPEAKER_LAYOUTS = {
    layout.name: layout for layout in (STEREO, SURROUND_51, SURROUND_514, SURROUND_714)
}
"""The formats made for loudspeakers."""

HIGHEST_ORDER = 7
"""Ambisonics is made up to this order."""

AMBISONIC_FORMATS: dict[str, int] = {
    "foa": 1,
    **{f"hoa{order}": order for order in range(2, HIGHEST_ORDER + 1)},
}
"""Order of every ambisonic format."""

FORMATS: dict[str, int] = {
    "binaural": 2,
    **{name: layout.channels for name, layout in LOUDSPEAKER_LAYOUTS.items()},
    **{name: (order + 1) ** 2 for name, order in AMBISONIC_FORMATS.items()},
}
"""Channels of every format the renderer writes, by the name used on the command line."""

FILE_NAMES: dict[str, str] = {
    "binaural": "binaural.wav",
    "stereo": "stereo.wav",
    "5.1": "surround51.wav",
    "5.1.4": "surround514.wav",
    "7.1.4": "surround714.wav",
    **{name: f"{name}.wav" for name in AMBISONIC_FORMATS},
    "adm": "scene.adm.wav",
    "stems": "stems",
    "video": "video.mp4",
}
"""File (or folder) each deliverable is written to, by format name."""

USUAL_FORMATS = ("binaural", "stereo", "5.1", "foa", "hoa3", "adm", "stems", "video")
"""What is delivered when nobody chooses."""


def format_channels(name: str) -> int:
    """Channel count of a rendered format; LayoutError names the known ones."""
    if name not in FORMATS:
        raise LayoutError(f"unknown format '{name}'", remedy=f"choose one of {', '.join(FORMATS)}")
    return FORMATS[name]


def chosen_formats(names: Iterable[str]) -> tuple[str, ...]:
    """Deliverables by name, in the given order, in lower case and without repeats.

    Raises
    ------
    LayoutError
        None is given, or one is unknown.
    """
    wanted = tuple(dict.fromkeys(name.strip().lower() for name in names if name.strip()))
    known = ", ".join(FILE_NAMES)
    if not wanted:
        raise LayoutError("no format is given", remedy=f"choose any of {known}")
    for name in wanted:
        if name not in FILE_NAMES:
            raise LayoutError(f"unknown format '{name}'", remedy=f"choose any of {known}")
    return wanted


def parse_formats(text: str) -> tuple[str, ...]:
    """`chosen_formats` of a list with commas."""
    return chosen_formats(text.split(","))
