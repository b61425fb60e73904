import os
import subprocess
import sys

import pytest

from engine.errors import DeliveryError
from engine.pipeline.staging import publish, staging


def test_everything_appears_at_the_end(tmp_path):
    out = tmp_path / "a" / "b"
    with staging(out) as folder:
        (folder / "mix.wav").write_text("new")
        (folder / "stems").mkdir()
        assert not (out / "mix.wav").exists()
        publish(folder, out)
    assert sorted(item.name for item in out.iterdir()) == ["mix.wav", "stems"]


def test_a_folder_of_that_name_is_replaced_whole(tmp_path):
    (tmp_path / "stems").mkdir()
    (tmp_path / "stems" / "old.wav").write_text("old")
    with staging(tmp_path) as folder:
        (folder / "stems").mkdir()
        (folder / "stems" / "new.wav").write_text("new")
        publish(folder, tmp_path)
    assert [item.name for item in (tmp_path / "stems").iterdir()] == ["new.wav"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_after_an_error_nothing_was_there(tmp_path, failure):
    def break_off():
        with staging(tmp_path / "a" / "b") as folder:
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
    with staging(tmp_path):
        pass
    assert [item.name for item in tmp_path.iterdir()] == [f".incomplete-{os.getpid()}-other"]


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "taken").write_text("")
    with (
        pytest.raises(DeliveryError, match=r"taken.*choose another folder"),
        staging(tmp_path / "taken" / "out"),
    ):
        pass
