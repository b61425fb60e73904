"""Values to JSON bytes, in words where that fails."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from engine.errors import ProjectError


def encode_value(value: Any) -> bytes:
    """JSON of a project, an edit or a journal line; numpy scalars count as plain numbers.

    Raises
    ------
    ProjectError
        If it holds something that JSON cannot (broken Unicode, foreign objects, huge integers).
    """
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError, OverflowError, msgspec.EncodeError) as error:
        raise ProjectError(
            f"a {type(value).__name__} cannot be stored: {error}",
            remedy="undo the last edit",
        ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"objects of type {type(value).__name__} are unsupported")


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)
