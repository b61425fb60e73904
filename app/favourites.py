"""The user's favourite recordings: paths in the settings, apart from the index, which may go."""

from __future__ import annotations

from app import places

_KEY = "library/favourites"
MOST = 5000


def favourites() -> tuple[str, ...]:
    """Absolute paths, the latest first."""
    stored = places.settings().value(_KEY) or []
    return (stored,) if isinstance(stored, str) else tuple(map(str, stored))


def mark(path: str, *, favourite: bool) -> None:
    """Make a recording a favourite, or no more."""
    others = [one for one in favourites() if one != path]
    kept = [path, *others][:MOST] if favourite else others
    places.settings().setValue(_KEY, kept)
