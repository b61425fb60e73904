"""Loudspeaker and headphone files: binaural, stereo, 5.1, 5.1.4 and 7.1.4."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.layouts import FILM_51_ORDER, SURROUND_51, format_channels
from engine.media.audio_file import AudioWriter, wave_mask_of

FILM_ORDER_INDICES = tuple(SURROUND_51.channel_names.index(name) for name in FILM_51_ORDER)
"""Where the film order (L C R Ls Rs LFE) finds its channels in ours (L R C LFE Ls Rs)."""


def write_mix(
    path: Path,
    blocks: Iterable[NDArray[np.float32]],
    format_name: str,
    sample_rate_hz: int,
    *,
    film_order: bool = False,
) -> None:
    """Write a mix as 24-bit WAV.

    Parameters
    ----------
    blocks : iterable of (channels, n) float32
    format_name : {'binaural', 'stereo', '5.1', '5.1.4', '7.1.4'}
        5.1, 5.1.4 and 7.1.4 state their loudspeakers (masks 0x3F, 0x2D03F and 0x2D63F; channels in
        the order of `engine.layouts`).
    film_order : bool
        5.1 only: L C R Ls Rs LFE. A WAV header cannot state that order, so none is stated.
    """
    reordered = film_order and format_name == "5.1"
    mask = 0 if reordered else wave_mask_of(format_name)
    with AudioWriter(path, format_channels(format_name), sample_rate_hz, wave_mask=mask) as writer:
        for block in blocks:
            writer.write(block[list(FILM_ORDER_INDICES)] if reordered else block)
