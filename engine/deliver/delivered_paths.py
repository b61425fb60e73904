"""Where a delivery puts its files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.deliver.mux import Container


def delivered_paths(
    out_dir: Path, names: Mapping[str, str], container: Container | None, file_name: str | None
) -> list[Path]:
    """Files and folders that a delivery of the named formats puts in place."""
    paths = {name: out_dir / file for name, file in names.items()}
    if container is not None and file_name is None:
        paths["video"] = paths["video"].with_suffix(container.suffix)
    return list(paths.values())
