"""A command's one file: checked before the work, and there only when it is whole.

What a process leaves that is killed outright is hidden, and cleared away by the next command that
writes there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.deliver.inputs import keep_inputs
from engine.deliver.staging import publish, staging_folder
from engine.errors import DeliveryError

_SOUND_ENDINGS = (".wav", ".wave")


def check_sound_name(out: Path, kind: str = ".wav") -> None:
    """Refuse a sound's name whose ending promises another kind of file; none at all is fine.

    Raises
    ------
    DeliveryError
        If `kind` is '.wav' and the name says something else.
    """
    if kind == ".wav" and out.suffix and out.suffix.lower() not in _SOUND_ENDINGS:
        raise DeliveryError(
            f"sound is written as WAV, not as '{out.suffix}'", place=out, remedy="name a .wav file"
        )


@contextlib.contextmanager
def whole_file(out: Path, kind: str, inputs: Iterable[str | Path | None]) -> Iterator[Path]:
    """A path to write to; what is there when all went well becomes `out`.

    Parameters
    ----------
    kind : str
        Of file, for the remedy, such as '.csv'.
    inputs : iterable of path or None
        What the command reads: never written over.

    Raises
    ------
    DeliveryError
        At once if `out` is a folder or one of the inputs, or its folder is missing or cannot be
        written.
    """
    folder = out.absolute().parent
    if out.is_dir():
        raise DeliveryError("this is a folder", place=out, remedy=f"name a {kind} file")
    if not folder.is_dir():
        raise DeliveryError(
            "there is no such folder", place=folder, remedy="make it, or choose another"
        )
    keep_inputs([out], inputs)
    check_sound_name(out, kind)
    with staging_folder(folder) as staging:
        staged = staging / out.name
        yield staged
        publish({staged: out})
