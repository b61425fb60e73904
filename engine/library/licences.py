"""The licence of a folder of recordings: the first line of a licence file in it or above it."""

from __future__ import annotations

from pathlib import Path

_NAMES = ("licence", "license", "copying", "copyright")
_SUFFIXES = ("", ".txt", ".md")
_MOST_CHARACTERS = 200


class Licences:
    """Licences of the folders below `root`; each folder is looked at once.

    Parameters
    ----------
    root : Path
        Licence files above it are not looked for.
    given : str
        What the user says of everything in it; holds where no file does.
    """

    def __init__(self, root: Path, given: str = "") -> None:
        self._known: dict[Path, str] = {root.parent: given}

    def of(self, folder: Path) -> str:
        """The licence of what is in a folder; '' where nothing tells."""
        if folder not in self._known:
            above = self.of(folder.parent) if folder != folder.parent else ""
            self._known[folder] = _said_in(folder) or above
        return self._known[folder]


def _said_in(folder: Path) -> str:
    """First line that is no ornament of the folder's licence file."""
    try:
        files = sorted(
            item
            for item in folder.iterdir()
            if item.name.lower().startswith(_NAMES) and item.suffix.lower() in _SUFFIXES
        )
        if not files or not files[0].is_file():
            return ""
        with files[0].open("rb") as file:
            text = file.read(4096).decode("utf-8", "replace")
    except OSError:
        return ""
    lines = (line.strip(" #*=-\t\r") for line in text.splitlines())
    return next((line[:_MOST_CHARACTERS] for line in lines if line), "")
