"""The trim of each format: one master fader cannot bring every way of listening to the target.

Headphones and loudspeakers are not equally loud for the same sound (a head lifts some of it), and
where a limiter holds hits their loudness differs as well. Composing measures by how much.
"""

from __future__ import annotations

from engine.project.scene import Scene

MEASURED = ("stereo", "5.1")
"""Formats that composing finds a trim for, beside binaural, which has the master alone."""
_REFERENCE = "5.1"


def trim_db(scene: Scene, format_name: str) -> float:
    """A format's gain in dB on top of the master fader.

    What has no trim of its own (larger layouts, ambisonics, objects, stems, the video's sound) has
    that of 5.1, whose gain it is delivered with; binaural has none.
    """
    trims = {trim.format_name: trim.gain_db for trim in scene.format_trims}
    if format_name == "binaural":
        return trims.get(format_name, 0.0)
    return trims.get(format_name, trims.get(_REFERENCE, 0.0))
