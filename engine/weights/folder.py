"""Where fetched and shipped weights lie on this machine."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import platformdirs

from engine import resources
from engine.errors import WeightsError
from engine.jobs import Progress, silent_progress
from engine.weights.registry import Weights

VARIABLE = "FOLEYSTAGE_WEIGHTS"
"""Environment variable: a folder to keep weights in instead of the user's own."""
_SHIPPED = {"spatialiser": "checkpoints"}
"""Folder of shipped files by kind, where it is not `weights`: networks trained here."""
_CHUNK = 1 << 20


def folder() -> Path:
    """The folder, which may not be there yet."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else Path(platformdirs.user_data_dir("foleystage")) / "weights"


def place_of(weights: Weights) -> Path:
    """Where a file of weights lies: with the program, or once it is fetched."""
    if weights.shipped:
        return resources.path(_SHIPPED.get(weights.kind, "weights")) / weights.file
    return folder() / weights.file


def is_here(weights: Weights) -> bool:
    """Whether it is there (its size tells; a fetched one's hash was checked when it came)."""
    try:
        return place_of(weights).stat().st_size == weights.size_bytes
    except OSError:
        return False


def sha256_of(path: Path, progress: Progress = silent_progress) -> str:
    """SHA-256 of a file, 64 hexadecimal digits."""
    digest = hashlib.sha256()
    size = max(1, path.stat().st_size)
    done = 0
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            progress("checking", done / size)
    return digest.hexdigest()


def check(path: Path, weights: Weights) -> None:
    """Refuse a file that is not the one the registry means.

    Raises
    ------
    WeightsError
        If its size or hash differs.
    """
    size = path.stat().st_size
    if size != weights.size_bytes:
        raise WeightsError(
            f"{size} bytes, but '{weights.name}' has {weights.size_bytes}",
            place=path,
            remedy=f"fetch it again: foleystage models fetch {weights.name}",
        )
    found = sha256_of(path)
    if found != weights.sha256:
        raise WeightsError(
            f"its SHA-256 is {found[:12]}..., but that of '{weights.name}' is "
            f"{weights.sha256[:12]}...: not the file that is meant",
            place=path,
            remedy="do not use it; fetch it again",
        )
