"""An analysis is made once: the same film with the same settings is known again, no other is."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import CancelledError
from engine.vision import remembered
from engine.vision.analyse import VisionResult, VisionSettings, analyse_video
from engine.vision.remembered import analyse_once
from tests.vision.scenes import clip, disc


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    return clip(folder / "a.mp4", [disc(lambda t: (40 + 200 * t, 170.0), 18, (220, 30, 30))], 1.2)


@pytest.fixture(scope="module")
def found(drawn: Path) -> VisionResult:
    """What an analysis of the film finds."""
    return analyse_video(drawn)


@pytest.fixture
def film(drawn: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(drawn, tmp_path))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "kept"
    monkeypatch.setenv(remembered.VARIABLE, str(place))
    return place


@pytest.fixture
def made(found: VisionResult, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The films that were analysed: what is found in them is known already."""
    calls: list[Path] = []

    def counted(path, settings, progress) -> VisionResult:
        calls.append(Path(path))
        return found

    monkeypatch.setattr(remembered, "analyse_video", counted)
    return calls


def same(one: VisionResult, other: VisionResult) -> None:
    assert (one.analysis, one.looks) == (other.analysis, other.looks)
    for a, b in zip(one.objects, other.objects, strict=True):
        assert (a.id, a.label, a.confidence, a.contacts, a.trajectory) == (
            b.id, b.label, b.confidence, b.contacts, b.trajectory,
        )  # fmt: skip
        np.testing.assert_array_equal(a.boxes, b.boxes)
        np.testing.assert_array_equal(a.positions_m, b.positions_m)


def test_the_second_time_nothing_is_analysed(film: Path, folder: Path, made: list[Path]) -> None:
    first = analyse_once(film)
    moved = shutil.copy(film, film.with_name("elsewhere.mp4"))
    second = analyse_once(moved)
    assert made == [film]
    assert first.objects
    same(first, second)
    assert second.video == replace_path(first, moved)
    assert [file.suffix for file in folder.iterdir()] == [".analysis"]


def replace_path(result: VisionResult, path: Path) -> object:
    from msgspec import structs

    return structs.replace(result.video, path=str(path))


def test_other_settings_or_another_film_are_analysed(
    film: Path, folder: Path, made: list[Path]
) -> None:
    analyse_once(film)
    analyse_once(film, replace(VisionSettings(), horizontal_fov_deg=50.0))
    with film.open("ab") as handle:  # an empty box at its end
        handle.write(b"\x00\x00\x00\x08free")
    analyse_once(film)
    assert len(made) == 3
    assert len(list(folder.iterdir())) == 3


def test_other_code_analyses_anew(
    film: Path, folder: Path, made: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    analyse_once(film)
    monkeypatch.setattr(remembered, "_program", lambda: (b"newer",))
    analyse_once(film)
    assert len(made) == 2


@pytest.mark.parametrize("damage", [b"", b"\x93\x01", b"garbage" * 99])
def test_what_cannot_be_read_is_made_again(
    film: Path, folder: Path, made: list[Path], damage: bytes
) -> None:
    first = analyse_once(film)
    (kept,) = folder.iterdir()
    kept.write_bytes(damage)
    same(first, analyse_once(film))
    assert len(made) == 2
    same(first, analyse_once(film))
    assert len(made) == 2


def test_the_folder_is_bounded_and_the_least_used_go(
    film: Path, folder: Path, made: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    for number in range(4):
        old = folder / f"{number}.analysis"
        old.write_bytes(bytes(40_000))
        os.utime(old, (1000.0 + number, 1000.0 + number))
    monkeypatch.setattr(remembered, "_LARGEST_BYTES", 110_000)
    analyse_once(film)
    left = {file.name for file in folder.iterdir()}
    assert {"3.analysis", "2.analysis"} <= left
    assert not {"0.analysis", "1.analysis"} & left


def test_what_is_cancelled_is_not_remembered(film: Path, folder: Path) -> None:
    def stop(step: str, share: float) -> None:
        if step == "finding what moves":
            raise CancelledError("stopped", remedy="start again")

    with pytest.raises(CancelledError):
        analyse_once(film, None, stop)
    assert not folder.exists() or not list(folder.iterdir())


def test_a_folder_that_cannot_be_written_is_no_error(
    film: Path, made: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv(remembered.VARIABLE, str(tmp_path / "file" / "kept"))
    assert analyse_once(film).objects


def test_it_can_be_shut_off(film: Path, made: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(remembered.VARIABLE, "off")
    analyse_once(film)
    analyse_once(film)
    assert len(made) == 2
