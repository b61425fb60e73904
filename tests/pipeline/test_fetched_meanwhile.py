import subprocess
import sys

import pytest

from engine.pipeline.fetching import fetched_meanwhile
from engine.pipeline.settings import RunSettings

_HEAVY = "[m for m in ('engine.deliver.bounce', 'scipy.signal') if m in sys.modules]"


def _told(lines):
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_run_begins_without_what_delivers():
    assert _told(f"import sys, engine.pipeline.produce; print({_HEAVY})") == "[]"


def test_the_picture_is_begun_without_what_only_sound_needs(tmp_path):
    lines = (
        "import sys\n"
        "from pathlib import Path\n"
        "from engine import resources\n"
        "from engine.pipeline.preflight import check_outputs, check_own_sounds, check_settings\n"
        "from engine.pipeline.settings import RunSettings\n"
        "from engine.project.model import Project\n"
        "import engine.vision.analyse\n"
        "video = resources.path('demo/demo.mp4')\n"
        "check_settings(RunSettings(), 48_000)\n"
        f"check_outputs(video, Path({str(tmp_path)!r}), RunSettings())\n"
        "check_own_sounds(Project(), None)\n"
        "print([m for m in ('scipy', 'numba') if m in sys.modules])"
    )
    assert _told(lines) == "[]"


def test_what_delivers_is_there_after_the_picture():
    lines = (
        "import sys\n"
        "from engine.pipeline.fetching import fetched_meanwhile\n"
        "from engine.pipeline.settings import RunSettings\n"
        "with fetched_meanwhile(RunSettings(), 48_000):\n"
        "    pass\n"
        f"print(len({_HEAVY}))"
    )
    assert _told(lines) == "2"


@pytest.mark.parametrize("settings", [RunSettings(detector="mine"), RunSettings(depth="mine")])
def test_nothing_is_fetched_beside_a_plugin(settings, monkeypatch):
    fetched = []
    monkeypatch.setattr("engine.pipeline.fetching._fetch", lambda *told: fetched.append(told))
    with fetched_meanwhile(settings, 48_000):
        pass
    assert fetched == []
    with fetched_meanwhile(RunSettings(), 48_000):
        pass
    assert fetched == [("kemar", 48_000)]


def test_a_head_that_cannot_be_read_is_left_to_the_delivery():
    with fetched_meanwhile(RunSettings(hrir="nowhere.sofa"), 48_000):
        pass


def test_what_fails_in_the_block_is_raised():
    with pytest.raises(KeyError), fetched_meanwhile(RunSettings(), 48_000):
        raise KeyError
