"""A disk that fills up, at whatever moment: one line, status 1, and everything as it was.

Where a file may not grow beyond a limit (RLIMIT_FSIZE), writing fails as on a full disk; fsync and
rename are made to fail one call at a time.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.errors import ProjectError
from engine.jobs import Progress
from engine.project.edits import RenameTrack
from engine.project.store import Bundle
from engine.spatial.hrir import load_hrirs
from engine.vision import remembered
from engine.vision.analyse import VisionResult, VisionSettings, analyse_video
from tests.media.drawn import crossing, write_video

resource = pytest.importorskip("resource")

FORMATS = "binaural,5.1,foa,hoa3,adm,stems,video"


@contextlib.contextmanager
def largest_file(limit_bytes: int) -> Iterator[None]:
    """No file may be written beyond that size (Python ignores the signal: writing fails)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class Failing:
    """A system call that fails with ENOSPC at its n-th use (0: never), and on if `for_good`.

    An fsync of a folder is let through: the file it tells of is there already.
    """

    def __init__(self, name: str, at: int, *, for_good: bool = False) -> None:
        self.call, self.at, self.used, self.for_good = getattr(os, name), at, 0, for_good

    def __call__(self, *arguments: object, **named: object) -> object:
        """Do it, or fail."""
        first = arguments[0]
        if isinstance(first, int) and not stat.S_ISREG(os.fstat(first).st_mode):
            return self.call(*arguments, **named)
        self.used += 1
        if self.used == self.at or (self.for_good and 0 < self.at < self.used):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.call(*arguments, **named)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder that matters (the lock says who was there last)."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line, with a place and a remedy."""
    error = capsys.readouterr().err
    lines = [line for line in error.splitlines() if line.startswith("foleystage:")]
    assert len(lines) == 1, error
    assert "Traceback" not in error
    assert "/" in lines[0]
    assert ";" in lines[0]
    assert ".incomplete" not in lines[0]
    return lines[0]


@pytest.fixture(scope="module", autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Every run makes the same calls: none finds files that an earlier one has kept.

    What is seen in the clip is worked out once, as that writes nothing, and the head is at hand.
    """
    load_hrirs("kemar", 48_000)
    seen: dict[str, VisionResult] = {}

    def seen_once(path: Path, settings: VisionSettings, progress: Progress) -> VisionResult:
        key = f"{path} {settings}"
        if key not in seen:
            seen[key] = analyse_video(path, settings, progress)
        return seen[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOLEYSTAGE_ANALYSES", "off")
        patch.setenv("FOLEYSTAGE_HRIRS", "off")
        patch.setattr(remembered, "analyse_video", seen_once)
        yield


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second and a half with something that moves."""
    return write_video(tmp_path_factory.mktemp("clip") / "clip.mp4", crossing(38))


@pytest.fixture(scope="module")
def done(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder of an earlier run."""
    out = tmp_path_factory.mktemp("done") / "out"
    assert main(["run", str(clip), "-o", str(out), "--formats", FORMATS]) == 0
    return out


@pytest.mark.parametrize("limit_bytes", [4_000, 100_000, 300_000, 700_000, 1_500_000])
def test_run_where_files_cannot_grow(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], limit_bytes: int
) -> None:
    out = tmp_path / "new" / "out"
    with largest_file(limit_bytes):
        status = main(["run", str(clip), "-o", str(out), "--formats", FORMATS])
    told(capsys)
    assert status == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("limit_bytes", [20_000, 400_000, 1_500_000])
@pytest.mark.parametrize("name", FORMATS.split(","))
def test_export_where_files_cannot_grow(
    done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, limit_bytes: int
) -> None:
    session = contents(done / "scene.foley")
    with largest_file(limit_bytes):
        status = main(
            ["export", str(done / "scene.foley"), "--format", name, "-o", str(tmp_path / "out")]
        )
    if status == 0:  # it is smaller than that
        assert limit_bytes > 20_000
        return
    told(capsys)
    assert status == 1
    assert not list(tmp_path.iterdir())
    assert contents(done / "scene.foley") == session


@pytest.fixture(scope="module")
def calls(clip: Path, done: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How often a second run with another seed comes to each system call."""
    out = tmp_path_factory.mktemp("counted") / "out"
    shutil.copytree(done, out)
    counted = {call: Failing(call, at=0) for call in ("fsync", "replace")}
    with pytest.MonkeyPatch.context() as patch:
        for call, counter in counted.items():
            patch.setattr(os, call, counter)
        assert main(again(clip, out)) == 0
    return {call: counter.used for call, counter in counted.items()}


def again(clip: Path, out: Path) -> list[str]:
    """Another run into the same folder that makes everything anew."""
    return ["run", str(clip), "-o", str(out), "--formats", "stereo,stems", "--seed", "3"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.8, 0.9, 1.0])
def test_a_second_run_that_fails_at_a_system_call_leaves_the_first(
    clip: Path, done: Path, calls: dict[str, int], tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, call: str, share: float,
) -> None:  # fmt: skip
    out = tmp_path / "out"
    shutil.copytree(done, out)
    before = contents(out)
    at = max(1, round(share * calls[call]))
    failing = Failing(call, at, for_good=call == "fsync")  # (what was renamed is renamed back)
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing)
        assert main(again(clip, out)) == 1
    told(capsys)
    after = contents(out)
    assert {name: after[name] for name in before} == before
    more = {name for name in after if name not in before}  # takes by content, kept for next time
    assert all(name.startswith(("scene.foley/media/", "scene.foley/arrays/")) for name in more)
    bundle, project, recovery = Bundle.open(out / "scene.foley")
    bundle.close()
    assert recovery is None
    assert project.scene.seed == 0


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_save_that_fails_at_any_call_loses_nothing(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    folder = tmp_path / "scene.foley"
    shutil.copytree(done / "scene.foley", folder)
    bundle, project, _ = Bundle.open(folder)
    edit = RenameTrack(track_id=project.tracks[0].id, name="Renamed")
    renamed = edit.apply(project)
    refused = 0
    with bundle:
        bundle.journal.note_edit(edit, project, renamed)
        bundle.journal.flush()
        for at in range(1, 9):
            with monkeypatch.context() as patch:
                patch.setattr(os, call, Failing(call, at))
                try:
                    bundle.save(renamed)
                except ProjectError:
                    refused += 1
            found = Bundle.open(folder, read_only=True)[1]
            assert found == renamed
            assert not [path.name for path in folder.rglob(".*")]
    assert refused >= 2
