"""Screenplays in three formats are read as their formats say; bad ones end in one clear line."""

from __future__ import annotations

import pytest

from engine.errors import ScriptError
from engine.script.screenplay.fountain import read_fountain
from engine.script.screenplay.plain import read_plain
from engine.script.screenplay.reading import LARGEST_BYTES, read_screenplay
from engine.script.screenplay.scenes import read_heading

FOUNTAIN = """Title: _**Night** Street_
    A Film
Author: A. Nobody

# Act one
= A walk.

FADE IN:

EXT. STREET - NIGHT #1#

Rain on the *asphalt*. /* cut:
a bus */A dog barks.
Thunder.

ANNA (O.S.)
(whispering)
I hear a siren.[[really?]]
~la la

@McTavish
Aye.

!EXT. IS NOT A HEADING HERE

.A PLACE OF ITS OWN

> THE END <

> SMASH CUT TO:

INT./EXT. CAR - DAY

It stops.
===

CUT TO:

I/E TRAIN - LATER

A horn.
"""

FDX = """<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<FinalDraft DocumentType="Script" Template="No" Version="5">
 <Content>
  <Paragraph Number="1" Type="Scene Heading"><Text>INT. HALL - NIGHT</Text></Paragraph>
  <Paragraph Type="Action">
   <Text>A phone </Text><Text Style="Bold">rings</Text><Text> &amp; rings.</Text>
  </Paragraph>
  <Paragraph Type="Character"><Text>ANNA</Text></Paragraph>
  <Paragraph Type="Parenthetical"><Text>(low)</Text></Paragraph>
  <Paragraph Type="Dialogue"><Text>Thunder!</Text></Paragraph>
  <Paragraph Type="General"><DualDialogue>
   <Paragraph Type="Dialogue"><Text>Yes.</Text></Paragraph>
  </DualDialogue></Paragraph>
  <Paragraph Type="Transition"><Text>CUT TO:</Text></Paragraph>
 </Content>
 <TitlePage><Content>
  <Paragraph Type="Action"><Text>Not a scene</Text></Paragraph>
 </Content></TitlePage>
</FinalDraft>
"""


def lines(scene) -> list[tuple[str, str]]:
    return [(line.kind, line.text) for line in scene.lines]


def test_fountain() -> None:
    found = read_fountain(FOUNTAIN)
    assert found.title == "Night Street A Film"
    headings = [scene.heading.text for scene in found.scenes]
    assert headings == [
        "EXT. STREET - NIGHT #1#",
        "A PLACE OF ITS OWN",
        "INT./EXT. CAR - DAY",
        "I/E TRAIN - LATER",
    ]
    street = found.scenes[0]
    assert (street.heading.interior, street.heading.place) == (False, "STREET")
    assert street.heading.time_of_day == "NIGHT"
    assert lines(street) == [
        ("action", "Rain on the asphalt. A dog barks. Thunder."),
        ("speech", "I hear a siren."),
        ("speech", "la la"),
        ("speech", "Aye."),
        ("action", "EXT. IS NOT A HEADING HERE"),
    ]
    assert (
        street.lines[0].number == FOUNTAIN.split("\n").index("Rain on the *asphalt*. /* cut:") + 1
    )
    assert lines(found.scenes[1]) == [("action", "THE END")]
    assert found.scenes[2].heading.interior is None
    assert lines(found.scenes[3]) == [("action", "A horn.")]


def test_final_draft(tmp_path) -> None:
    path = tmp_path / "hall.fdx"
    path.write_text(FDX, encoding="utf-8")
    (scene,) = read_screenplay(path).scenes
    assert scene.heading.interior is True
    assert lines(scene) == [
        ("action", "A phone rings & rings."),
        ("speech", "Thunder!"),
        ("speech", "Yes."),
    ]


def test_plain_text_with_and_without_headings() -> None:
    prose = read_plain("A storm.\nThe door slams.\n\nSilence.")
    assert lines(prose.scenes[0]) == [
        ("action", "A storm. The door slams."),
        ("action", "Silence."),
    ]
    played = read_plain(
        "INT. ROOM - DAY\nA clock ticks.\n\nBOB\n(sad)\nThunder?\n\nEXT. YARD\n\nWind."
    )
    assert [scene.heading.place for scene in played.scenes] == ["ROOM", "YARD"]
    assert lines(played.scenes[0]) == [("action", "A clock ticks."), ("speech", "Thunder?")]


@pytest.mark.parametrize(
    ("text", "interior", "place", "time_of_day"),
    [
        ("int. kitchen - morning", True, "kitchen", "morning"),
        ("12A. EXT BEACH", False, "BEACH", ""),
        ("EST. CASTLE - FAR AWAY - DUSK", False, "CASTLE - FAR AWAY", "DUSK"),
        ("INT/EXT. VAN - DAY", None, "VAN", "DAY"),
    ],
)
def test_headings(text, interior, place, time_of_day) -> None:
    found = read_heading(text)
    assert (found.interior, found.place, found.time_of_day) == (interior, place, time_of_day)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path, encoding) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("INT. CAFÉ - DAY\n\nA cup.".encode(encoding))
    assert read_screenplay(path).scenes[0].heading.place == "CAFÉ"


BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
<FinalDraft><Content><Paragraph Type="Action"><Text>&b;</Text></Paragraph></Content></FinalDraft>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><FinalDraft/>"""


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.fdx", BOMB.encode(), "document type"),
        ("a.fdx", OUTSIDE.encode(), "document type"),
        ("a.fdx", FDX.encode()[:400], "not whole XML"),
        ("a.fdx", b"<html><body/></html>", "not a Final Draft file"),
        ("a.fdx", b"<FinalDraft>" + b"<a>" * 100 + b"</a>" * 100 + b"</FinalDraft>", "deeply"),
        ("a.fdx", b"\xff\xfe\x00", "XML"),
        ("a.fdx", b"<FinalDraft><Content/></FinalDraft>", "no scene"),
        ("a.pdf", b"%PDF", "no screenplay's ending"),
        ("a.txt", b"\x00\x01\x02", "not text"),
        ("a.fountain", b"   \n\n", "no scene"),
        ("a.txt", b"x" * (LARGEST_BYTES + 1), "11 MB|10 MB"),
    ],
)
def test_what_is_no_screenplay_is_told_in_one_line(tmp_path, name, data, told) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ScriptError, match=told) as caught:
        read_screenplay(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_screenplay(tmp_path) -> None:
    with pytest.raises(ScriptError, match="no such screenplay"):
        read_screenplay(tmp_path / "none.txt")
