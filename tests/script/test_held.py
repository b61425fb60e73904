"""What a hand holds turns and stops without touching anything: no knock is made of that."""

from __future__ import annotations

import pytest
from msgspec import structs

from engine.project.model import Contact
from engine.script.writer import write_script

LIFTED = (
    ("turn", 0.2), ("impact", 0.5), ("stop", 1.8), ("bounce", 2.2), ("impact", 2.4), ("impact", 3.4)
)  # fmt: skip
"""What a cup does that is lifted and poured into, as it was seen in a real clip."""
STRUCK_S = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5)


@pytest.mark.parametrize("label", ["cup", "bottle", "wine glass", "book", "cell phone"])
def test_what_is_lifted_and_poured_into_is_neither_knocked_nor_dragged(
    make_track, make_project, label: str
) -> None:
    contacts = tuple(Contact(time_s=time_s, kind=kind) for kind, time_s in LIFTED)
    held = make_track(label, (1, 0.4, 0), (1, -0.4, 0.2), seen=(0.0, 4.0))
    held = structs.replace(held, contacts=contacts)
    events = [e for e in write_script(make_project(held), 3).events if e.track_id == label]
    heard = [event for event in events if not event.muted]
    assert {event.generator for event in heard} == {"cloth"}
    assert [event.why for event in events if event.muted and "so few" in event.why]


def test_what_is_struck_again_and_again_is_heard(make_track, make_project) -> None:
    contacts = tuple(Contact(time_s=time_s, kind="impact") for time_s in STRUCK_S)
    cup = structs.replace(make_track("cup", (1, 0.3, 0), (1, -0.3, 0)), contacts=contacts)
    knocks = [e for e in write_script(make_project(cup), 3).events if e.generator == "impacts"]
    assert [e.onsets_s for e in knocks if not e.muted] == [STRUCK_S]
