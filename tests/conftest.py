"""Fixtures every room shares. The suite passes without display, sound card or network."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

# A busy machine is no fault of the code: examples have no deadline each.
hypothesis.settings.register_profile("foleystage", deadline=None)
hypothesis.settings.load_profile("foleystage")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("YOLO_AUTOINSTALL", "False")
os.environ.setdefault("FOLEYSTAGE_ANALYSES", "off")  # every test analyses for itself
os.environ.setdefault("FOLEYSTAGE_HRIRS", "off")  # and makes its own HRIR sets ready

REPOSITORY = Path(__file__).resolve().parent.parent
BESIDE = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session")
def compiled_loops() -> None:
    """What an engine compiles at its first start is in its cache: no test waits for that."""
    from engine.playback.warming import warm_up

    for monitor_format in ("stereo", "binaural", "5.1"):
        warm_up(48_000, monitor_format, "kemar")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of test media beside the checkout; large and not shipped, so skipped without it."""
    folder = Path(os.environ.get("FOLEYSTAGE_TEST_DATA", BESIDE))
    if not folder.is_dir():
        pytest.skip("there are no test media beside the checkout (set FOLEYSTAGE_TEST_DATA)")
    return folder
