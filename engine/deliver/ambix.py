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


def write_ambix(
    path: Path, blocks: Iterable[NDArray[np.float32]], format_name: str, sample_rate_hz: int
) -> None:
    """Write 'foa' or 'hoa2' to 'hoa7' as 24-bit WAV; mask 0 says no channel is a loudspeaker."""
    with AudioWriter(path, format_channels(format_name), sample_rate_hz, wave_mask=0) as writer:
        for block in blocks:
            writer.write(block)
