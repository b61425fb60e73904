"""Ambisonic files: AmbiX, that is ACN channel order and SN3D normalisation.

References
----------
Nachbar, Zotter, Deleflie, Sontacchi, "AmbiX: a suggested ambisonics format", 2011.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.layouts import format_channels
from engine.media.audio_file import AudioWriter

PEAK_LIMIT_DBFS = -1.01
"""Highest sample peak (a hair below -1) of a file that is no loudspeaker mix."""


def write_ambix(
    path: Path, blocks: Iterable[NDArray[np.float32]], format_name: str, sample_rate_hz: int
) -> None:
    """Write 'foa' or 'hoa3' as 24-bit WAV with loudspeaker mask 0 (no channel is a loudspeaker)."""
    with AudioWriter(path, format_channels(format_name), sample_rate_hz, wave_mask=0) as writer:
        for block in blocks:
            writer.write(block)


def coherent_gain_db(mix_gain_db: float, sample_peak_dbfs: float) -> tuple[float, tuple[str, ...]]:
    """Gain for ambisonics, objects and stems: the 5.1 mix's, lowered where a peak would pass.

    Loudness is not defined for these, so they take the gain that brought the loudspeaker mix to
    its target: rendered to 5.1 they come out as loud as the 5.1 file. Returns the gain in dB and
    a note where it had to be lowered.
    """
    allowed_db = PEAK_LIMIT_DBFS - sample_peak_dbfs
    if mix_gain_db <= allowed_db:
        return mix_gain_db, ()
    lowered_db = mix_gain_db - allowed_db
    return allowed_db, (f"{lowered_db:.1f} dB below the 5.1 mix to keep its peaks",)
