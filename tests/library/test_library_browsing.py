"""What a list of the library shows."""

from pathlib import Path

import pytest
from library_files import tone, write

from engine.library.browsing import browse
from engine.library.database import Database
from engine.library.indexing import index_folder


@pytest.fixture
def names(database: Database, tmp_path: Path):
    folder = tmp_path / "sounds"
    for name in ("door wood", "door metal", "rain"):
        write(folder / f"{name}.wav", tone(300, 0.2))
    (folder / "broken.wav").write_bytes(b"no sound")
    index_folder(database, folder, licence="CC0")

    def shown(words: str, among=None, limit=200) -> list[str]:
        paths = None if among is None else [str(folder / f"{name}.wav") for name in among]
        return [Path(one.path).stem for one in browse(database, words, paths, limit)]

    return shown


def test_without_words_all_are_there_in_order_up_to_a_limit(names) -> None:
    assert names("  ") == ["door metal", "door wood", "rain"]
    assert names("", limit=2) == ["door metal", "door wood"]


def test_words_are_searched_while_they_are_typed(names) -> None:
    assert set(names("doo")) == {"door metal", "door wood"}
    assert names("door me") == ["door metal"]


def test_among_some_only_these_are_shown_in_their_order(names) -> None:
    assert names("", ["rain", "door wood"]) == ["rain", "door wood"]
    assert names("door", ["rain", "door wood"]) == ["door wood"]
    assert names("cc0 wood", ["rain", "door wood"]) == ["door wood"]


def test_a_file_that_is_not_indexed_is_shown_by_its_path(names) -> None:
    assert names("", ["elsewhere"]) == ["elsewhere"]
