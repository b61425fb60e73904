"""Sound fields on loudspeakers by two decoders: one for low frequencies, one for high ones.

High: all-round decoding with max-rE weights, whose energy comes from where the wave does
(`engine.spatial.ambisonics`). Low: where loudspeakers add up at the head as pressures do, all-round
decoding without weights, moved as little as can be so that pressure and velocity at the centre are
those of the wave, and from its direction, however uneven the layout is.

References
----------
Gerzon, "General metatheory of auditory localisation", AES 92nd Convention, 1992 (velocity and
energy vectors). Heller, Lee, Benjamin, "Is my decoder ambisonic?", AES 125th Convention, 2008.
Zotter and Frank, "Ambisonics", Springer, 2019, ch. 4.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.layouts import STEREO, Layout
from engine.realtime.space_plan import BandPlan
from engine.spatial.ambisonics import at_unit_power, field_to_layout
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.panning import loudspeaker_directions

CROSSOVER_HZ_PER_ORDER = 700.0
"""Up to about here a head at the centre is small enough for a field of first order."""
_HEIGHT_SLACK = 0.3
"""How freely vertical velocity may be missed: without loudspeakers below it would cost energy."""
_EVEN_SLACK = 1e-9

Floats = NDArray[np.float64]


@cache
def low_band(order: int, layout: Layout) -> BandPlan | None:
    """The lower band of a field of `order` on a layout; None for stereo, which is a fold-down.

    Cached.
    """
    if layout == STEREO:
        return None
    matrix = np.ascontiguousarray(low_decoder(order, layout), dtype=np.float32)
    return BandPlan(matrix, crossover_hz(order, layout))


def crossover_hz(order: int, layout: Layout) -> float:
    """Where the bands meet: 700 Hz times the order that field and loudspeakers both carry."""
    directions = _full_band(layout)[1]
    if _is_flat(directions):
        carried = (len(directions) - 1) // 2
    else:
        carried = int(np.sqrt(len(directions))) - 1
    return CROSSOVER_HZ_PER_ORDER * max(min(order, carried), 1)


def low_decoder(order: int, layout: Layout) -> Floats:
    """(channels, (order + 1)**2) decoder for low frequencies; a diffuse field keeps its power.

    With S the first harmonics of the loudspeakers and T those of the field: D + S'(SS' + r)^-1
    (gT - SD) for an all-round decoder D and its pressure g. r is nearly 0 but for the height.
    """
    channels, directions = _full_band(layout)
    rows = [0, 1, 3] if _is_flat(directions) else [0, 1, 2, 3]
    sums = spherical_harmonics(1, directions).T[rows]
    whole = field_to_layout(order, layout, max_re=False)
    played = whole[channels]
    wanted = np.eye(4, whole.shape[1])[rows] * (sums @ played)[0, 0]
    slack = np.diag([_HEIGHT_SLACK if row == 2 else _EVEN_SLACK for row in rows])
    whole[channels] += sums.T @ np.linalg.solve(sums @ sums.T + slack, wanted - sums @ played)
    return at_unit_power(whole)


def _full_band(layout: Layout) -> tuple[list[int], Floats]:
    channels = [index for index, speaker in enumerate(layout.loudspeakers) if not speaker.lfe]
    return channels, loudspeaker_directions(layout)[channels]


def _is_flat(directions: Floats) -> bool:
    return bool(np.ptp(directions[:, 2]) < 1e-9)
