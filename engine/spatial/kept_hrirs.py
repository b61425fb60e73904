"""HRIR sets that were made ready before are not made ready again: kept by content, rate and code.

To tell a set between its measurements takes a second of a core, in every process that renders.
What is kept hangs on the file's own bytes, the rate and the program that made it (its sources, and
the versions of what it stands on), so nothing old is ever taken for new. Files are written whole or
not at all and hold arrays and plain text only; one that cannot be read is made again; the least
used go when there are more than a few.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import platformdirs
import scipy

from engine.spatial.sphere import Triangulation

if TYPE_CHECKING:
    from engine.spatial.hrir import HrirSet

VARIABLE = "FOLEYSTAGE_HRIRS"
"""Environment variable: a folder to keep sets in instead of the user's own, or 'off'."""
Arrays = dict[str, "np.ndarray[Any, np.dtype[Any]]"]
_MOST_FILES = 8
_OWN = ("directions", "responses", "delays_samples", "shared_delays_samples")
_TRIANGLES = ("triangles", "inverses", "neighbours", "lookup")
_ROOMS = ("spatial", "realtime")
_ENGINE = Path(__file__).resolve().parents[1]


def folder() -> Path | None:
    """Where sets are kept; None where the user wants none."""
    given = os.environ.get(VARIABLE)
    if given == "off":
        return None
    return Path(given) if given else Path(platformdirs.user_cache_dir("foleystage")) / "hrirs"


def place_of(path: Path, sample_rate_hz: int) -> Path | None:
    """The file that keeps what is made of a SOFA file at a rate; None where nothing is kept."""
    place = folder()
    if place is None:
        return None
    digest = hashlib.blake2b(digest_size=20)
    for part in (_program(), str(path).encode(), str(sample_rate_hz).encode()):
        digest.update(part)
    try:
        digest.update(path.read_bytes())
    except OSError:
        return None
    return place / f"{digest.hexdigest()}.npz"


def read(place: Path, kind: type[HrirSet], name: str, sample_rate_hz: int) -> HrirSet | None:
    """The set of a `kind` that a file keeps; None where it is not there, or damaged."""
    try:
        with np.load(place, allow_pickle=False) as kept:
            arrays = {key: kept[key] for key in kept.files}
        facts = json.loads(str(arrays["facts"]))
        spheres = [
            _sphere(kind, arrays, str(number), name=name, sample_rate_hz=sample_rate_hz, **one)
            for number, one in enumerate(facts["spheres"])
        ]
        os.utime(place)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
    made = replace(spheres[-1], notes=tuple(facts["notes"]), nearer=tuple(spheres[:-1]))
    vars(made)["triangulation"] = spheres[-1].triangulation
    return made


def write(place: Path, made: HrirSet) -> None:
    """Keep a set; a folder that cannot be written is no error."""
    spheres = (*made.nearer, made)
    facts = {"notes": made.notes, "spheres": [_facts(one) for one in spheres]}
    arrays = {
        f"{number}_{name}": values
        for number, one in enumerate(spheres)
        for name, values in _arrays(one).items()
    }
    staged = place.with_name(f".{place.name}.{secrets.token_hex(6)}")
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with staged.open("wb") as file:
                np.savez(file, facts=np.array(json.dumps(facts)), **arrays)  # type: ignore[arg-type]
            staged.replace(place)
        finally:
            staged.unlink(missing_ok=True)
        for _, old in sorted(_kept(place.parent), reverse=True)[_MOST_FILES:]:
            old.unlink(missing_ok=True)


def _facts(sphere: HrirSet) -> dict[str, Any]:
    return {name: getattr(sphere, name) for name in ("measured", "distance_m", "onset_samples")}


def _arrays(sphere: HrirSet) -> Arrays:
    parts = {name: getattr(sphere, name) for name in _OWN}
    parts |= {name: getattr(sphere.triangulation, name) for name in _TRIANGLES}
    return {name: values for name, values in parts.items() if values is not None}


def _sphere(kind: type[HrirSet], arrays: Arrays, number: str, **facts: Any) -> HrirSet:
    own: dict[str, Any] = {name: arrays.get(f"{number}_{name}") for name in _OWN}
    made = kind(**own, **facts)
    triangles = Triangulation(*(arrays[f"{number}_{name}"] for name in _TRIANGLES))
    vars(made)["triangulation"] = triangles  # where its cached property keeps it
    return made


def _kept(place: Path) -> Iterator[tuple[float, Path]]:
    for file in place.glob("*.npz"):
        with contextlib.suppress(OSError):
            yield file.stat().st_mtime, file


@cache
def _program() -> bytes:
    """A digest of the sources that make a set ready, and versions of what they stand on."""
    digest = hashlib.blake2b(digest_size=20)
    digest.update(f"{sys.version_info[:2]}|{np.__version__}|{scipy.__version__}".encode())
    for room in _ROOMS:
        for source in sorted((_ENGINE / room).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.digest()
