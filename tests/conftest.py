"""Fixtures every room shares. The suite passes without display, sound card or network."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("YOLO_AUTOINSTALL", "False")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real test media, skipped where it is not at hand (it is large and not shipped)."""
    folder = Path(os.environ.get("FOLEYSTAGE_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("real test media are not at hand (set FOLEYSTAGE_TEST_DATA)")
    return folder
