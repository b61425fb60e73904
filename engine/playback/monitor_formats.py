"""Formats one can listen in: those that files have, and 5.1 as two loudspeakers play it."""

from __future__ import annotations

from engine.layouts import FORMATS, format_channels

FOLDED = "5.1-to-stereo"
"""5.1 folded down to stereo by ITU-R BS.775-4, table 2, at its plain levels: what becomes of a
delivered 5.1 file where there are two loudspeakers. It is heard and measured folded."""

MONITOR_FORMATS = (*FORMATS, FOLDED)


def rendered_format(monitor_format: str) -> str:
    """The format that is made of the scene.

    Raises
    ------
    LayoutError
        For an unknown name.
    """
    name = "5.1" if monitor_format == FOLDED else monitor_format
    format_channels(name)
    return name


def measured_format(monitor_format: str) -> str:
    """The format whose channels the meters show."""
    return "stereo" if monitor_format == FOLDED else monitor_format
