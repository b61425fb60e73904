"""What a work is made from is never written over by it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from engine.errors import DeliveryError


def keep_inputs(outputs: Iterable[Path], inputs: Iterable[str | Path | None]) -> None:
    """Refuse outputs that are one of the inputs, by whatever name, or a folder that holds one.

    Parameters
    ----------
    outputs : iterable of Path
        Files and folders about to be put in place; those not there yet replace nothing.
    inputs : iterable of path or None
        Files the work reads; names that are no files are passed over.

    Raises
    ------
    DeliveryError
        Naming the input.
    """
    files = [Path(item) for item in inputs if item is not None and Path(item).is_file()]
    for output in outputs:
        if not os.path.exists(output):  # false for a name that is too long, too
            continue
        for file in files:
            within = output.is_dir() and file.resolve().is_relative_to(output.resolve())
            if within or output.samefile(file):
                raise DeliveryError(
                    f"the output '{output.name}' would replace this file, which it is made from",
                    place=file,
                    remedy="choose another place with -o",
                )
