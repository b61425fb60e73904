"""What a hand wrote into a project file that no field takes, so that it can be told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec


def unknown_fields(value: Any, table: Any, where: str = "project") -> Iterator[str]:
    """Places of the keys in `table` (JSON tables) that `value`, decoded from it, has no field for.

    Such as ``project.tracks[1].gain``; in the order of the file.
    """
    if isinstance(value, msgspec.Struct) and isinstance(table, dict):
        names = {f.encode_name: f.name for f in msgspec.structs.fields(value)}
        tag = value.__struct_config__.tag_field
        for key, part in table.items():
            if key in names:
                yield from unknown_fields(getattr(value, names[key]), part, f"{where}.{key}")
            elif key != tag:
                yield f"{where}.{key}"
    elif isinstance(value, (list, tuple)) and isinstance(table, list):
        for index, (one, part) in enumerate(zip(value, table, strict=False)):
            yield from unknown_fields(one, part, f"{where}[{index}]")
    elif isinstance(value, dict) and isinstance(table, dict):
        for key, part in table.items():
            if key in value:
                yield from unknown_fields(value[key], part, f"{where}.{key}")
