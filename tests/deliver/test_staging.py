import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from engine.deliver.staging import publish, staging_folder
from engine.errors import DeliveryError


def test_everything_appears_at_the_end(tmp_path):
    out = tmp_path / "a" / "b"
    with staging_folder(out) as folder:
        (folder / "mix.wav").write_text("new")
        (folder / "stems").mkdir()
        assert not (out / "mix.wav").exists()
        publish({item: out / item.name for item in folder.iterdir()})
    assert sorted(item.name for item in out.iterdir()) == ["mix.wav", "stems"]


def test_a_folder_of_that_name_is_replaced_whole(tmp_path):
    (tmp_path / "stems").mkdir()
    (tmp_path / "stems" / "old.wav").write_text("old")
    with staging_folder(tmp_path) as folder:
        (folder / "stems").mkdir()
        (folder / "stems" / "new.wav").write_text("new")
        publish({item: tmp_path / item.name for item in folder.iterdir()})
    assert [item.name for item in (tmp_path / "stems").iterdir()] == ["new.wav"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_after_an_error_nothing_was_there(tmp_path, failure):
    def break_off():
        with staging_folder(tmp_path / "a" / "b") as folder:
            (folder / "half.wav").write_text("half")
            raise failure

    with pytest.raises(failure):
        break_off()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_has_left_is_cleared_away(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / f".incomplete-{ended.pid}-x").mkdir()
    (tmp_path / f".incomplete-{os.getpid()}-other").mkdir()
    with staging_folder(tmp_path):
        pass
    assert [item.name for item in tmp_path.iterdir()] == [f".incomplete-{os.getpid()}-other"]


def test_an_error_names_the_final_place_of_its_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def fail(hidden):
        with staging_folder(Path("out")) as folder:
            raise DeliveryError("full", place=hidden(folder) / "mix.wav")

    for hidden in (lambda folder: folder, lambda folder: folder.absolute()):
        with pytest.raises(DeliveryError) as caught:
            fail(hidden)
        assert caught.value.place == "out/mix.wav"


def test_a_disk_too_small_is_told_in_sizes_that_say_something(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")(10**9, 0, 5_300_000)
    monkeypatch.setattr("engine.deliver.staging.shutil.disk_usage", lambda _: usage)
    with pytest.raises(DeliveryError, match=r"[\d.]+ MB are needed .*, 5\.3 MB are free"):
        staging_folder(tmp_path, 4_000_000).__enter__()


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "taken").write_text("")
    with (
        pytest.raises(DeliveryError, match=r"taken.*choose another folder"),
        staging_folder(tmp_path / "taken" / "out"),
    ):
        pass


def test_when_one_cannot_be_placed_none_is(tmp_path):
    (tmp_path / "stems").mkdir()
    (tmp_path / "stems" / "old.wav").write_text("old")
    with staging_folder(tmp_path) as folder:
        (folder / "stems").mkdir()
        files = {folder / "stems": tmp_path / "stems", folder / "gone.wav": tmp_path / "gone.wav"}
        with pytest.raises(DeliveryError, match="choose another folder"):
            publish(files)
    assert [item.name for item in (tmp_path / "stems").iterdir()] == ["old.wav"]


def test_errors_name_the_final_place(tmp_path):
    with pytest.raises(DeliveryError) as caught, staging_folder(tmp_path / "out") as folder:
        raise DeliveryError("disk full", place=folder / "mix.wav", remedy="free some space")
    assert str(caught.value) == f"{tmp_path}/out/mix.wav: disk full; free some space"
    with pytest.raises(DeliveryError, match="elsewhere"), staging_folder(tmp_path / "out"):
        raise DeliveryError("unreadable", place="elsewhere")
