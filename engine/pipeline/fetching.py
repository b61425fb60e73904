"""What makes and delivers the sound is fetched while the picture is looked at.

Its modules take a second to import, the head's responses some tenths more, and so does the first
call of compiled code. The picture's decoder and filters leave the interpreter free meanwhile, so a
run need not wait for any of it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from engine.pipeline.settings import RunSettings

_LATER = (
    "scipy.optimize",  # the picture needs it next
    "engine.pipeline.compose",
    "engine.deliver.bounce",
    "engine.pipeline.report",
)
_EMBEDDED = RunSettings()


@contextmanager
def fetched_meanwhile(settings: RunSettings, sample_rate_hz: int) -> Iterator[None]:
    """Fetch the later stages beside the work in this block; when it ends well they are there.

    What fails is left to the stage that needs it, which says so. Beside plug-ins nothing is
    fetched: they may import the same libraries, and Python refuses a library whose parts two
    threads import at once.
    """
    if (settings.detector, settings.depth) != (_EMBEDDED.detector, _EMBEDDED.depth):
        yield
        return
    beside = ThreadPoolExecutor(1, "fetching")
    beside.submit(_fetch, settings.hrir, sample_rate_hz)
    try:
        yield
    except BaseException:
        beside.shutdown(wait=False, cancel_futures=True)  # whoever cancels does not wait for it
        raise
    beside.shutdown()


def _fetch(hrir: str, sample_rate_hz: int) -> None:
    for name in _LATER:
        importlib.import_module(name)
    from engine.spatial.binaural import binaural_plan
    from engine.spatial.hrir import load_hrirs

    hrirs = load_hrirs(hrir, sample_rate_hz)
    hrirs.weights((1.0, 0.0, 0.0))  # Numba readies itself when something compiled is called
    binaural_plan(hrirs)
