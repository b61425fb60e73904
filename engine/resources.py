"""Where the shipped files are: the `resources/` tree, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

from engine.errors import FoleystageError

_ROOTS = (
    Path(__file__).resolve().parent.parent / "resources",
    Path(__file__).resolve().parent / "_resources",
)


def path(name: str) -> Path:
    """Absolute path of a shipped resource, such as ``hrir/mit_kemar_normal_pinna.sofa``.

    Raises
    ------
    FoleystageError
        If it is not there: the installation is damaged.
    """
    for root in _ROOTS:
        if (root / name).exists():
            return root / name
    raise FoleystageError(
        f"the shipped resource '{name}' is missing", place=_ROOTS[0], remedy="reinstall Foleystage"
    )
