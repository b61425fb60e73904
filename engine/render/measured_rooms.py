"""Measured rooms from files: SOFA or sound files, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import FoleystageError
from engine.media.audio_file import read_audio_blocks
from engine.realtime.room_plan import ResponsePlan
from engine.spatial.harmonics import ambisonic_order_of
from engine.spatial.measured_room import LONGEST_S, response_plan
from engine.spatial.room import MEASURED_SUFFIXES
from engine.spatial.sofa import SofaContents, read_sofa

_FARTHEST_KNOWN_M = 100.0


def is_measured(name: str) -> bool:
    """Whether a room's name is the path of a measured response."""
    return Path(name).suffix.lower() in MEASURED_SUFFIXES


def measured_plan(name: str, sample_rate_hz: int) -> ResponsePlan:
    """The response in that file, for the kernel. Cached while the file stays as it is.

    Raises
    ------
    FoleystageError
        If it cannot be read, or is no room's response.
    """
    path = Path(name)
    try:
        status = path.stat()
    except OSError as error:
        raise FoleystageError(
            f"the room's response cannot be read ({error.strerror})", place=path
        ) from error
    return _plan(path, status.st_mtime_ns, status.st_size, sample_rate_hz)


@lru_cache(maxsize=4)
def _plan(path: Path, _mtime_ns: int, _size: int, sample_rate_hz: int) -> ResponsePlan:
    if path.suffix.lower() == ".sofa":
        responses, rate_hz, distance_m = _from_sofa(read_sofa(path))
    else:
        responses, rate_hz, distance_m = *_from_audio(path), 1.0
    try:
        return response_plan(responses, rate_hz, sample_rate_hz, distance_m)
    except FoleystageError as error:
        raise FoleystageError(error.problem, place=path, remedy=error.remedy) from error


def _from_audio(path: Path) -> tuple[NDArray[np.float64], int]:
    pieces, rate_hz, samples = [], 0, 0
    for block, rate_hz in read_audio_blocks(path):
        pieces.append(block)
        samples += block.shape[1]
        if samples > 2 * LONGEST_S * rate_hz:
            break  # refused by its length; no need to read a film's sound
    return np.concatenate(pieces, axis=1).astype(np.float64), rate_hz


def _from_sofa(sofa: SofaContents) -> tuple[NDArray[np.float64], int, float]:
    """Channels of the measurement whose source is most in front, its rate and distance.

    Two receivers are ears; four, nine or sixteen are taken for a sound field (ACN, SN3D); of any
    other number, the first is taken for an omnidirectional microphone.
    """
    heard = sofa.heard_from_m()
    distances = np.linalg.norm(heard, axis=-1)
    ahead = heard[..., 0] / np.maximum(distances, 1e-9)
    measurement, emitter = np.unravel_index(int(np.argmax(ahead)), ahead.shape)
    channels = sofa.responses[measurement, :, emitter]
    if len(channels) != 2 and ambisonic_order_of(len(channels)) is None:
        channels = channels[:1]
    distance = float(distances[measurement, emitter])
    known = 0.1 <= distance <= _FARTHEST_KNOWN_M
    return channels, sofa.sample_rate_hz, distance if known else 1.0
