"""A disk that is too small for a delivery is told before the picture is looked at."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from engine.deliver.space import least_bytes, peak_bytes
from engine.errors import DeliveryError
from engine.pipeline import produce as production
from engine.pipeline.settings import RunSettings
from tests.media.drawn import crossing, write_video

HALF_AN_HOUR = 48_000 * 1800


def test_too_small_a_disk_is_told_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 34 << 20))
    monkeypatch.setattr(production, "analyse", lambda *_: pytest.fail("the work has begun"))
    clip = write_video(tmp_path / "clip.mp4", crossing(30))
    settings = RunSettings(formats=("5.1", "hoa3"))
    with pytest.raises(DeliveryError, match="free some disk space or deliver fewer formats"):
        production.produce(clip, tmp_path / "out", settings)
    assert not (tmp_path / "out").exists()


def test_what_lies_on_the_disk_at_most_by_hand() -> None:
    second = 48_000
    # 5.1 in floats, then its file beside it; the mix is kept to the end
    assert peak_bytes(["5.1"], second, {"5.1": 6}) == second * (24 + 18)
    # both as floats and binaural's file; its floats go before the 5.1 file comes
    both = peak_bytes(["binaural", "5.1"], second, {"binaural": 2, "5.1": 6})
    assert both == second * max(8 + 24 + 6, 24 + 6 + 18)
    video = peak_bytes(["video"], second, {"5.1": 6}, picture_bytes=1000)
    assert video == second * (24 + 18) + 1000
    stems = peak_bytes(["stems"], second, {"5.1": 6}, stem_channels=7)
    assert stems == second * (24 + 21)


@pytest.mark.parametrize("wanted", [("stereo",), ("binaural", "5.1", "foa", "hoa3"), ("adm",)])
def test_the_least_is_never_more_than_what_is_needed(wanted: tuple[str, ...]) -> None:
    channels = {"binaural": 2, "stereo": 2, "5.1": 6, "foa": 4, "hoa3": 16, "adm": 20}
    rendered = {name: channels[name] for name in (*wanted, "5.1")}
    assert 0 < least_bytes(wanted, HALF_AN_HOUR) <= peak_bytes(wanted, HALF_AN_HOUR, rendered)
