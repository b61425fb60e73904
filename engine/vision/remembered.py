"""Analyses that were made before are not made again: kept by content, settings and code.

What is kept hangs on the film's own bytes (every one of them), on all settings, on the bytes of
the weights, and on the program that analyses: its source files and the versions of what it stands
on. So a film may be moved or renamed, and nothing old is ever taken for new. Files are written
whole or not at all; one that cannot be read is made again; the least used go when the folder
outgrows its bounds.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import av
import msgspec
import numpy as np
import platformdirs
from numpy.typing import NDArray

from engine import plugins
from engine.jobs import Progress, silent_progress
from engine.media.probe import probe_video
from engine.project.model import Analysis, Contact, Trajectory
from engine.vision.analyse import SeenObject, VisionResult, VisionSettings, analyse_video
from engine.vision.opencv import cv2
from engine.vision.scene_light import SceneLook

Array = NDArray[np.float64]

VARIABLE = "FOLEYSTAGE_ANALYSES"
"""Environment variable: a folder to keep analyses in instead of the user's own, or 'off'."""
_LARGEST_BYTES = 200 * 2**20
_ABANDONED_S = 86_400.0
_CHUNK = 1 << 20
_ENGINE = Path(__file__).resolve().parents[1]
_ROOMS = ("vision", "media", "spatial", "project")
"""Rooms of the engine whose code decides what an analysis finds."""


class _Object(msgspec.Struct, frozen=True):
    id: str
    label: str
    confidence: float
    boxes: bytes
    positions_m: bytes
    contacts: tuple[Contact, ...]
    trajectory: Trajectory


class _Kept(msgspec.Struct, frozen=True):
    analysis: Analysis
    objects: tuple[_Object, ...]
    looks: tuple[SceneLook, ...]


def folder() -> Path | None:
    """Where analyses are kept; None where the user wants none."""
    given = os.environ.get(VARIABLE)
    if given == "off":
        return None
    return Path(given) if given else Path(platformdirs.user_cache_dir("foleystage")) / "analyses"


def analyse_once(
    path: str | os.PathLike[str],
    settings: VisionSettings | None = None,
    progress: Progress = silent_progress,
) -> VisionResult:
    """What `engine.vision.analyse.analyse_video` finds, from memory where it is remembered.

    A folder that cannot be written is no error: then nothing is remembered.

    Raises
    ------
    MediaError, PluginError, CancelledError
        As `analyse_video`.
    """
    settings = settings or VisionSettings()
    place = folder()
    if place is None:
        return analyse_video(path, settings, progress)
    video = probe_video(path, settings.projection)
    kept = place / f"{_key(Path(path), settings, progress)}.analysis"
    found = _read(kept)
    if found is not None:
        progress("remembered from before", 1.0)
        return VisionResult(video, found.analysis, _objects(found), found.looks)
    result = analyse_video(path, settings, progress)
    with contextlib.suppress(OSError):
        _write(kept, result)
        _prune(kept)
    return result


def _key(path: Path, settings: VisionSettings, progress: Progress) -> str:
    digest = hashlib.blake2b(digest_size=20)
    for part in (*_program(), *_part_code("detector", settings.detector, settings.weights)):
        digest.update(part)
    for part in _part_code("depth", settings.depth, settings.depth_weights):
        digest.update(part)
    digest.update(repr(settings).encode())
    size = max(1, path.stat().st_size)
    for number, block in enumerate(_blocks(path)):
        digest.update(block)
        if number % 64 == 0:
            progress("looking whether it is known", min(0.99, number * _CHUNK / size))
    return digest.hexdigest()


def _part_code(kind: str, name: str, weights: Path | None) -> Iterator[bytes]:
    """The bytes of a part's own code, and of the weights chosen for it."""
    part = plugins.create(kind, name, weights)
    for one in (part, getattr(part, "network", None)):
        source = getattr(sys.modules.get(type(one).__module__), "__file__", None)
        if source is not None and _ENGINE not in Path(source).resolve().parents:
            yield from _sources(Path(source).parent)
    yield str(getattr(part, "label", name)).encode()
    if weights is not None and weights.is_file():
        yield from _blocks(weights)
        for beside in sorted(weights.parent.glob(f"{weights.stem}*")):
            status = beside.stat()
            yield f"{beside.name}|{status.st_size}|{status.st_mtime_ns}".encode()


@cache
def _program() -> tuple[bytes, ...]:
    """Source of the rooms that analyse, and versions of what they stand on."""
    versions = f"{sys.version_info[:2]}|{np.__version__}|{cv2.__version__}|{av.__version__}"
    sources = [block for room in _ROOMS for block in _sources(_ENGINE / room)]
    return (versions.encode(), *sources)


def _sources(place: Path) -> Iterator[bytes]:
    for file in sorted(place.glob("*.py")):
        yield file.name.encode()
        yield file.read_bytes()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while block := handle.read(_CHUNK):
            yield block


def _read(kept: Path) -> _Kept | None:
    """What is kept, its time of use renewed; None where there is nothing that can be read."""
    try:
        found = msgspec.msgpack.decode(kept.read_bytes(), type=_Kept)
        _objects(found)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, msgspec.MsgspecError):
        with contextlib.suppress(OSError):
            kept.unlink()
        return None
    with contextlib.suppress(OSError):
        os.utime(kept)
    return found


def _write(kept: Path, result: VisionResult) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    objects = tuple(
        _Object(
            one.id, one.label, one.confidence, _bytes(one.boxes), _bytes(one.positions_m),
            one.contacts, one.trajectory,
        )
        for one in result.objects
    )  # fmt: skip
    partial = kept.with_name(f".{kept.stem}.{secrets.token_hex(4)}.partial")
    try:
        partial.write_bytes(msgspec.msgpack.encode(_Kept(result.analysis, objects, result.looks)))
        partial.replace(kept)
    finally:
        partial.unlink(missing_ok=True)


def _prune(newest: Path) -> None:
    """Drop the least used until the folder is small again, and what killed processes left."""
    kept: list[tuple[float, int, Path]] = []
    for file in newest.parent.iterdir():
        with contextlib.suppress(OSError):  # another process may have dropped it
            status = file.stat()
            if file.suffix == ".analysis" and file != newest:
                kept.append((status.st_mtime, status.st_size, file))
            elif file.suffix == ".partial" and time.time() - status.st_mtime > _ABANDONED_S:
                file.unlink()
    room_bytes = _LARGEST_BYTES - newest.stat().st_size
    for _, size_bytes, file in sorted(kept, reverse=True):
        room_bytes -= size_bytes
        if room_bytes < 0:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)


def _objects(kept: _Kept) -> tuple[SeenObject, ...]:
    return tuple(
        SeenObject(
            one.id, one.label, one.confidence, _array(one.boxes, 6), _array(one.positions_m, 3),
            one.contacts, one.trajectory,
        )
        for one in kept.objects
    )  # fmt: skip


def _bytes(values: Array) -> bytes:
    return np.ascontiguousarray(values, dtype="<f8").tobytes()


def _array(values: bytes, columns: int) -> Array:
    return np.frombuffer(values, dtype="<f8").astype(np.float64).reshape(-1, columns)
