"""How wide sources are, and what that leaves of their direction."""

from __future__ import annotations

import numpy as np

from engine.realtime.snapshot import Floats, Snapshot


def width_focus(width_deg: Floats) -> Floats:
    """First-order focus of a source that fills a cap: cos^2 of a quarter of its width.

    That is the length of the energy vector of a sound spread evenly over the cap.
    """
    return np.asarray(np.cos(np.radians(width_deg) / 4.0) ** 2)


def widths_at(snapshot: Snapshot, times_samples: Floats) -> Floats:
    """(times, sources) widths in degrees."""
    widths = np.zeros((len(times_samples), len(snapshot.sources)))
    for index, source in enumerate(snapshot.sources):
        if source.width_deg is not None:
            widths[:, index] = np.clip(source.width_deg.at(times_samples), 0.0, 360.0)
    return widths
