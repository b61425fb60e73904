"""What BS.1770 weighs: K-weighting, channels, gates, windows; for live and delivered sound alike.

References
----------
ITU-R BS.1770-4; EBU Tech 3341 (momentary 400 ms, short-term 3 s).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError

ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
OFFSET_LU = -0.691
HOPS_PER_SECOND = 10
MOMENTARY_HOPS = 4
SHORT_TERM_HOPS = 30
SURROUND_WEIGHT = 1.41
"""BS.1770-4 Tables 3 and 4: ear-level channels between 60 and 120 degrees to the side."""

_WEIGHTS: dict[int, tuple[float, ...]] = {
    1: (1.0,),
    2: (1.0, 1.0),
    3: (1.0, 1.0, 1.0),
    4: (1.0, 1.0, SURROUND_WEIGHT, SURROUND_WEIGHT),
    5: (1.0, 1.0, 1.0, SURROUND_WEIGHT, SURROUND_WEIGHT),
    6: (1.0, 1.0, 1.0, 0.0, SURROUND_WEIGHT, SURROUND_WEIGHT),
    10: (1.0, 1.0, 1.0, 0.0, SURROUND_WEIGHT, SURROUND_WEIGHT, 1.0, 1.0, 1.0, 1.0),
    12: (1.0, 1.0, 1.0, 0.0, 1.0, 1.0, SURROUND_WEIGHT, SURROUND_WEIGHT, 1.0, 1.0, 1.0, 1.0),
}


def channel_weights(channels: int) -> tuple[float, ...]:
    """BS.1770 weights of L R [C] [LFE] [Ls Rs] for 1 to 6 channels.

    Of 5.1.4 for 10 and of 7.1.4 for 12. The LFE counts nothing.
    """
    if channels not in _WEIGHTS:
        raise ShapeError(
            f"loudness is defined for 1 to 6, 10 and 12 loudspeaker channels, got {channels}",
            remedy="measure a loudspeaker rendering of the scene",
        )
    return _WEIGHTS[channels]


def k_weighting(sample_rate_hz: int) -> NDArray[np.float64]:
    """(2, 6) second-order sections of the K-weighting at any sample rate.

    The two analogue prototypes behind BS.1770-4 Tables 1 and 2, mapped by the bilinear transform
    with their frequencies kept; at 48 kHz the Recommendation's own coefficients come out.
    """
    k = np.tan(np.pi * 1681.974450955533 / sample_rate_hz)
    q, gain = 0.7071752369554196, 10.0 ** (3.999843853973347 / 20.0)
    middle = gain**0.4996667741545416
    a0 = 1.0 + k / q + k * k
    shelf = [
        (gain + middle * k / q + k * k) / a0,
        2.0 * (k * k - gain) / a0,
        (gain - middle * k / q + k * k) / a0,
        1.0,
        2.0 * (k * k - 1.0) / a0,
        (1.0 - k / q + k * k) / a0,
    ]
    k = np.tan(np.pi * 38.13547087602444 / sample_rate_hz)
    q = 0.5003270373238773
    a0 = 1.0 + k / q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0]
    return np.array([shelf, high_pass])
