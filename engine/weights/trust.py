"""Files that run code when they are opened (pickles): only those known, or trusted in words.

PyTorch's ``.pt`` files are pickles: opening one runs whatever program is in it. One whose hash is
in the registry is the file its makers published; any other is opened only after the user said, for
that very file, the sentence below. What was said is kept by hash: a changed file asks again.
"""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import WeightsError
from engine.weights.folder import folder, sha256_of
from engine.weights.registry import registry

SENTENCE = "I trust this file"
_LIST = "trusted.txt"


def is_trusted(path: Path) -> bool:
    """Whether a file is one of the registry's, or the user trusts it."""
    found = sha256_of(path)
    return found in {one.sha256 for one in registry()} or found in _said()


def require_trust(path: Path) -> None:
    """Refuse a file that nobody knows or trusts.

    Raises
    ------
    WeightsError
        If it is not there, or is not trusted.
    """
    if not path.is_file():
        raise WeightsError("these weights are not there", place=path, remedy="check the path")
    if not is_trusted(path):
        raise WeightsError(
            "opening this file can run any program in it, and it is none that is known here",
            place=path,
            remedy=f"only if you know whose it is: foleystage models trust {path}",
        )


def trust(path: Path, said: str) -> str:
    """Keep that the user trusts a file; its SHA-256.

    Raises
    ------
    WeightsError
        If it is not there, or if the sentence is another.
    """
    if not path.is_file():
        raise WeightsError("these weights are not there", place=path, remedy="check the path")
    if said.strip().strip(".").lower() != SENTENCE.lower():
        raise WeightsError(
            "it stays untrusted", place=path, remedy=f"say it in these words: {SENTENCE}"
        )
    found = sha256_of(path)
    if found not in _said():
        place = folder() / _LIST
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("a", encoding="utf-8") as out:
            out.write(f"{found}  {path.name}\n")
            out.flush()
            os.fsync(out.fileno())
    return found


def _said() -> frozenset[str]:
    try:
        text = (folder() / _LIST).read_text(encoding="utf-8")
    except FileNotFoundError:
        return frozenset()
    return frozenset(line.split()[0] for line in text.splitlines() if line.strip())
