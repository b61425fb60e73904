"""HRIR sets that were made ready before are not made ready again: kept by content, rate and code.

To tell a set between its measurements takes a second of a core, in every process that renders.
What is kept hangs on the file's own bytes, the rate and the program that made it (its sources, and
the versions of what it stands on), so nothing old is ever taken for new; one that cannot be read is
made again (`engine.spatial.kept_files`). What is worked out of a set is kept beside it
(`engine.spatial.kept_tables`).
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import platformdirs
import scipy

from engine.spatial.kept_files import Arrays, read_arrays, write_arrays
from engine.spatial.kept_tables import belongs_to
from engine.spatial.sphere import Triangulation

if TYPE_CHECKING:
    from engine.spatial.hrir import HrirSet

VARIABLE = "FOLEYSTAGE_HRIRS"
"""Environment variable: a folder to keep sets in instead of the user's own, or 'off'."""
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
    arrays = read_arrays(place)
    if arrays is None:
        return None
    try:
        facts = json.loads(str(arrays["facts"]))
        spheres = [
            _sphere(kind, arrays, str(number), name=name, sample_rate_hz=sample_rate_hz, **one)
            for number, one in enumerate(facts["spheres"])
        ]
        made = replace(spheres[-1], notes=tuple(facts["notes"]), nearer=tuple(spheres[:-1]))
    except (ValueError, KeyError, TypeError):
        return None
    vars(made)["triangulation"] = spheres[-1].triangulation
    return belongs_to(made, place)


def write(place: Path, made: HrirSet) -> None:
    """Keep a set; a folder that cannot be written is no error."""
    spheres = (*made.nearer, made)
    facts = {"notes": made.notes, "spheres": [_facts(one) for one in spheres]}
    arrays = {
        f"{number}_{name}": values
        for number, one in enumerate(spheres)
        for name, values in _arrays(one).items()
    }
    write_arrays(place, {"facts": np.array(json.dumps(facts)), **arrays})
    belongs_to(made, place)


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


@cache
def _program() -> bytes:
    """A digest of the sources that make a set ready, and versions of what they stand on."""
    digest = hashlib.blake2b(digest_size=20)
    digest.update(f"{sys.version_info[:2]}|{np.__version__}|{scipy.__version__}".encode())
    for room in _ROOMS:
        for source in sorted((_ENGINE / room).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.digest()
