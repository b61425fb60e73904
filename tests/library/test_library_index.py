"""The index keeps up with its folders, survives being stopped, and answers questions."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from library_files import RATE_HZ, noise, tone, write

from engine.cli.main import main
from engine.errors import CancelledError, LibraryError
from engine.library.database import VARIABLE, Database
from engine.library.features import SIZE, features
from engine.library.indexing import folders, forget_folder, index_folder
from engine.library.search import like, search


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    folder = tmp_path / "sounds"
    for name, sound in {
        "DOORWood_Heavy Slam_AB_BARN.wav": noise(1),
        "door_creak_old.wav": tone(300),
        "animals/DogBark_01.wav": noise(2),
        "animals/DogBark_02.wav": noise(3),
        "footsteps on gravel.wav": noise(4),
    }.items():
        write(folder / name, sound)
    return folder


def names(found) -> list[str]:
    return [Path(one.path).name for one in found]


def test_words_in_any_form_and_unfinished_ones_find(database: Database, sounds: Path) -> None:
    index_folder(database, sounds)
    assert names(search(database, "footstep")) == ["footsteps on gravel.wav"]
    assert names(search(database, "barking dogs")) == ["DogBark_01.wav", "DogBark_02.wav"]
    assert names(search(database, "grav")) == ["footsteps on gravel.wav"]
    assert names(search(database, "category:doors slam")) == ["DOORWood_Heavy Slam_AB_BARN.wav"]
    assert names(search(database, '"bark 02"')) == ["DogBark_02.wav"]
    assert names(search(database, "animals -02")) == ["DogBark_01.wav"]


def test_where_nothing_has_all_words_some_of_them_answer(database: Database, sounds: Path) -> None:
    index_folder(database, sounds)
    found = search(database, "old rusty door creak")
    assert names(found)[0] == "door_creak_old.wav"
    assert found[0].likeness == pytest.approx(0.75)


@pytest.mark.parametrize(
    "question", ["'", '"', "a OR", "NEAR(x", "*", "(", "x AND NOT", "ü–", "^a"]
)
def test_no_question_is_an_error_of_the_database(
    database: Database, sounds: Path, question: str
) -> None:
    index_folder(database, sounds)
    with contextlib.suppress(LibraryError):  # "there are no words to look for"
        assert isinstance(search(database, question), list)


def test_what_is_new_changed_or_gone_is_noticed(database: Database, sounds: Path) -> None:
    first = index_folder(database, sounds)
    assert (first.sounds, first.added) == (5, 5)
    again = index_folder(database, sounds)
    assert (again.added, again.changed, again.removed) == (0, 0, 0)
    write(sounds / "new_thunder.wav", noise(9))
    (sounds / "door_creak_old.wav").unlink()
    write(sounds / "animals/DogBark_01.wav", tone(100, 0.9))
    third = index_folder(database, sounds)
    assert (third.added, third.changed, third.removed, third.sounds) == (1, 1, 1, 5)
    assert not search(database, "creak")
    assert search(database, "thunder")
    assert {one.duration_s for one in search(database, "dog")} == {0.9, 0.5}


def test_files_that_are_no_sound_are_told_and_not_tried_again(
    database: Database, sounds: Path
) -> None:
    (sounds / "broken.wav").write_bytes(b"RIFFxxxxWAVE")
    report = index_folder(database, sounds)
    assert [Path(path).name for path, _ in report.refused] == ["broken.wav"]
    assert index_folder(database, sounds).added == 0
    assert not search(database, "broken")


def test_a_cancelled_indexing_goes_on_where_it_was(database: Database, sounds: Path) -> None:
    heard = []

    def stop_after_two(stage: str, fraction: float) -> None:
        heard.append(stage)
        if len(heard) == 4:  # looking, first, second, third
            raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        index_folder(database, sounds, progress=stop_after_two)
    assert index_folder(database, sounds).added == 3


def test_a_killed_indexing_leaves_a_sound_index(sounds: Path, tmp_path: Path) -> None:
    """Killed between the vectors and the commit: neither is missed afterwards."""
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from engine.library.database import Database\n"
        "from engine.library import indexing\n"
        "indexing._COMMIT_S = 0.0\n"
        "put, count = Database.put_vectors, [0]\n"
        "def die(self, vectors):\n"
        "    put(self, vectors); count[0] += 1\n"
        "    if count[0] == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        "Database.put_vectors = die\n"
        "indexing.index_folder(Database(Path(sys.argv[1])), Path(sys.argv[2]))\n"
    )
    place = tmp_path / "killed"
    done = subprocess.run([sys.executable, "-c", code, str(place), str(sounds)], timeout=120)
    assert done.returncode < 0
    with Database(place) as database:
        assert index_folder(database, sounds).added == 3
        assert len(search(database, "sounds")) == 5  # their folder's name
        assert names(like(database, sounds / "DOORWood_Heavy Slam_AB_BARN.wav"))


def test_like_finds_what_sounds_alike(database: Database, sounds: Path) -> None:
    write(sounds / "another tone.wav", tone(330))
    index_folder(database, sounds)
    found = like(database, sounds / "door_creak_old.wav")
    assert names(found)[0] == "another tone.wav"
    assert "door_creak_old.wav" not in names(found)
    assert all(0.0 <= one.likeness <= 1.0 for one in found)


def test_a_folder_is_forgotten_and_licences_are_kept(database: Database, sounds: Path) -> None:
    index_folder(database, sounds, licence="CC BY 4.0", source="my recorder")
    index_folder(database, sounds)
    found = search(database, "gravel")[0]
    assert (found.licence, found.source) == ("CC BY 4.0", "my recorder")
    assert folders(database) == [(str(sounds), 5)]
    assert forget_folder(database, sounds) == 5
    assert not search(database, "gravel")
    with pytest.raises(LibraryError, match="not in the index"):
        forget_folder(database, sounds)


def test_a_damaged_or_newer_index_is_told(tmp_path: Path) -> None:
    (tmp_path / "library.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(LibraryError, match="index cannot be used"):
        Database(tmp_path)
    newer = tmp_path / "newer"
    newer.mkdir()
    with sqlite3.connect(newer / "library.sqlite") as sql:
        sql.execute("PRAGMA user_version = 99")
    sql.close()
    with pytest.raises(LibraryError, match="newer version"):
        Database(newer)


def test_features_ignore_level_and_are_finite() -> None:
    sound = noise(5, 2.0)[0]
    assert np.allclose(features(sound, RATE_HZ), features(0.01 * sound, RATE_HZ), atol=1e-3)
    for odd in (np.zeros(0), np.zeros(1000), np.eye(1, 5000)[0]):
        assert features(odd, 48_000).shape == (SIZE,)
        assert np.isfinite(features(odd, 48_000)).all()


def test_the_rate_matters_little(shared_data: Path) -> None:
    """A recording at half the rate is nearer to itself than nine in ten others are."""
    import soundfile
    from scipy import signal

    vectors, halves = [], []
    for path in sorted((shared_data / "sfx_mono").glob("esc10_*"))[::3]:
        sound, rate_hz = soundfile.read(path)
        vectors.append(features(sound, rate_hz))
        halves.append(features(signal.resample_poly(sound, 1, 2), rate_hz // 2))
    table = np.array(vectors)
    spread = table.std(axis=0)
    far = np.linalg.norm((np.array(halves)[:, None] - table[None]) / spread, axis=2)
    ranks = (far < np.diagonal(far)[:, None]).sum(axis=1)
    assert np.median(ranks) <= len(table) // 10


def test_the_command_indexes_and_answers(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "commanded"))
    assert main(["library", "index", str(sounds), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["added"] == 5
    assert main(["library", "search", "dog", "--limit", "1", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["recordings"]
    assert os.path.basename(found["path"]) == "DogBark_01.wav"
    assert main(["library", "like", str(sounds / "nowhere.wav")]) == 1
    assert "no such audio file" in capsys.readouterr().err
    assert main(["library", "index", str(tmp_path / "missing")]) == 1
    assert "no such folder" in capsys.readouterr().err
