"""Fixtures every room shares. The suite passes without display, sound card or network."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest
import standstills

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

_STANDSTILLS = Path(os.environ.setdefault("FOLEYSTAGE_STANDSTILLS", f"{_KEPT.name}/standstills"))
_NOT_JUDGED: set[str] = set()
_WATCHER = pytest.StashKey[subprocess.Popen[bytes]]()
MOST_RERUNS, MOST_NOT_JUDGED = 2, 3
REASONS_TO_TRY_AGAIN = [r"MachineStoodStillError", r"TimeoutError: waitUntil"]
"""The summary counts what was tried again; what fails for any other reason fails at once."""

# Slow ones about what is far from the usual way, or shown by cheaper ones; `make test-all` runs
# them, too.
THOROUGH = (
    "realtime/test_reproducible.py::",
    "spatial/test_kept_hrirs.py::test_a_damaged_file_is_made_again",
    "playback/test_playback_endurance.py::test_a_session_leaves_nothing_behind",
    "pipeline/test_passages.py::test_faders_are_set_as_the_whole_sets_them",
    "render/test_track_sources.py::test_a_field_of_width_is_made_only_where_it_is_heard",
    "pipeline/test_balance.py::test_one_bounce_in_a_sparse_film_keeps_its_level_and_the_bed_is_air",
    "render/test_near_ears.py::test_nearness_needs_no_set_of_several_distances",
    "realtime/test_rates.py::test_measured_directions_are_direct_convolution[88200]",
    "realtime/test_rates.py::test_measured_directions_are_direct_convolution[176400]",
    "spatial/test_meridians.py::test_what_rows_share_does_not_reach_between_the_ears",
    "vision/test_same_every_time.py::test_tracks_are_the_same_in_any_process[5]",
    "playback/test_playback_warming.py::test_the_renderer_meets_no_loop_for_the_first_time",
    "playback/test_playback_block_sizes.py::test_the_device_hears_what_is_exported[96000",
    "playback/test_playback_device.py::test_engines_killed_one_after_the_other_do_not_silence",
    "realtime/test_rates.py::test_long_responses_are_convolved_in_pieces",
    "spatial/test_decoders.py::test_long_responses_are_decoded_in_partitions",
    "pipeline/test_together.py::test_a_second_run_into_the_same_folder_is_refused",
    "pipeline/test_street.py::test_cars_are_vehicles_and_cross[milan1202_44201]",
    "pipeline/test_no_street.py::test_it_gets_no_engine[dog]",
    "vision/test_analyse.py::test_a_short_excerpt_shows_the_far_walker_from_its_start[50]",
    "app/test_library_by_meaning.py::test_clap_listens_and_answers_and_the_window_says_so",
    "app/test_window_random_walk.py::test_random_user[2]",
    "app/test_window_learned_ears.py::test_made_once_they_are_compared_at_once",
    "app/test_window_production_sound.py::test_cancelled_on_its_card_it_changes_nothing",
)


def pytest_configure(config: pytest.Config) -> None:
    """One watcher serves all processes of a run."""
    if not hasattr(config, "workerinput"):
        config.stash[_WATCHER] = standstills.watch(_STANDSTILLS)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _WATCHER in config.stash:
        config.stash[_WATCHER].kill()
        config.stash[_WATCHER].wait()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Tell what failed from what had no chance."""
    return (yield from _told_apart(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Tell what failed from what had no chance."""
    return (yield from _told_apart(item))


def _told_apart(item: pytest.Item) -> Generator[None, object, object]:
    """What plays into a device, and had no chance at any try, is skipped and says so.

    Few are: were the player broken on a machine that stands still all the time, most would fail.
    """
    began_s = time.monotonic()
    try:
        return (yield)
    except (Exception, pytest.fail.Exception) as error:
        if longest_s := standstills.longest_since_s(began_s, _STANDSTILLS):
            message = f"the machine stood still for {longest_s:.2f} s"
            tries = getattr(item, "execution_count", 1)
            plays = item.get_closest_marker("audio_device") is not None
            if plays and tries > MOST_RERUNS and len(_NOT_JUDGED) < MOST_NOT_JUDGED:
                _NOT_JUDGED.add(item.nodeid)
                pytest.skip(f"not judged: {message}, and so at each try before")
            raise standstills.MachineStoodStillError(message) from error
        raise


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is thorough, unless all is asked for; try again what had no chance."""
    for item in items:
        item.add_marker(pytest.mark.flaky(reruns=MOST_RERUNS, only_rerun=REASONS_TO_TRY_AGAIN))
    if os.environ.get("FOLEYSTAGE_THOROUGH"):
        return
    left_out = [item for item in items if any(f"/{one}" in item.nodeid for one in THOROUGH)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


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
