"""Fixtures every room shares. The suite passes without display, sound card or network."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import hypothesis
import pytest

# A busy machine is no fault of the code: examples have no deadline each. They are the same in every
# run, so that what fails fails again; HYPOTHESIS_PROFILE=explore looks at others.
hypothesis.settings.register_profile("foleystage", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "foleystage"))

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("YOLO_AUTOINSTALL", "False")

# What is analysed or made ready once serves all processes of a run, and nothing of an earlier one.
_KEPT = tempfile.TemporaryDirectory(prefix="foleystage-tests-")
os.environ.setdefault("FOLEYSTAGE_ANALYSES", os.path.join(_KEPT.name, "analyses"))
os.environ.setdefault("FOLEYSTAGE_HRIRS", os.path.join(_KEPT.name, "hrirs"))

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
