"""What a file says of itself: by UCS name, Broadcast Wave, iXML and RIFF INFO."""

from pathlib import Path

import pytest
from library_files import bext, info, ixml, noise, write

from engine.errors import LibraryError
from engine.library.facts import read_facts, words_of
from engine.library.licences import Licences
from engine.library.ucs import categories, category_of, read_name
from engine.script.rules import shipped_rules


def test_every_category_that_rules_use_is_one_of_the_list() -> None:
    listed = {kind.category for kind in categories().values()}
    assert set(shipped_rules().categories) <= listed
    assert len(categories()) == 752


def test_a_ucs_name_is_read_in_its_blocks() -> None:
    name = read_name("DOORWood-Shed_Heavy Slam_ABC_BARN_take 2")
    assert name == ("DOORWood", "Shed", "Heavy Slam", "ABC", "BARN")
    assert category_of("doorwood") == ("DOORS", "WOOD")


@pytest.mark.parametrize("stem", ["door_slam_wood", "DOORWood", "", "DOORWoods_Slam_A_B"])
def test_other_names_are_not_taken_for_ucs(stem: str) -> None:
    assert read_name(stem) is None


@pytest.mark.parametrize(
    ("stem", "words"),
    [("DoorSlam_02-heavy", "Door Slam 02 heavy"), ("dog.bark(3)", "dog bark 3"), ("GUN", "GUN")],
)
def test_names_are_parted_into_words(stem: str, words: str) -> None:
    assert words_of(stem) == words


def test_ixml_is_believed_before_info_and_info_before_bext(tmp_path: Path) -> None:
    chunks = (
        bext("from bext", "Recordist"),
        info(ISBJ="from info", ICOP="CC BY 4.0", INAM="Info title"),
        ixml("<CATID>GLASBrk</CATID><FXNAME>Pane</FXNAME><Library>Set</Library>"),
    )
    facts = read_facts(write(tmp_path / "x1.wav", noise(1), chunks))
    assert (facts.category, facts.subcategory) == ("GLASS", "BREAK")
    assert (facts.title, facts.description) == ("Pane", "from info")
    assert (facts.creator, facts.source, facts.licence) == ("Recordist", "Set", "CC BY 4.0")
    assert (facts.duration_s, facts.sample_rate_hz, facts.channels) == (0.5, 24_000, 1)


@pytest.mark.parametrize(
    "chunk",
    [
        (b"iXML", b"<BWFXML><USER><FXNAME>cut sho"),
        (b"iXML", b'<!DOCTYPE a [<!ENTITY b "bomb">]><BWFXML><FXNAME>&b;</FXNAME></BWFXML>'),
        (b"LIST", b"INFO" + b"INAM\xff\xff\xff\x7f"),
        (b"bext", b"\0" * 10),
        (b"LIST", b"adtl...."),
    ],
)
def test_damaged_metadata_says_nothing(tmp_path: Path, chunk: tuple[bytes, bytes]) -> None:
    facts = read_facts(write(tmp_path / "Plain Name.wav", noise(1), (chunk,)))
    assert facts.title == "Plain Name"


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.wav"
    path.write_text("not a sound")
    with pytest.raises(LibraryError, match="no sound"):
        read_facts(path)


def test_a_licence_file_holds_for_what_is_below_it(tmp_path: Path) -> None:
    inner = tmp_path / "pack" / "deep"
    inner.mkdir(parents=True)
    (tmp_path / "pack" / "LICENSE.txt").write_text("\n# CC0 1.0\nmore\n")
    licences = Licences(tmp_path, "all rights reserved")
    assert licences.of(inner) == "CC0 1.0"
    assert licences.of(tmp_path) == "all rights reserved"
