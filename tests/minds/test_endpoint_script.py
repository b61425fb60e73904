"""A model's script is verified, mended and bounded; nonsense leaves everything as it was."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

import engine.foley.generate  # noqa: F401  (registers the generators)
from engine.errors import MindError
from engine.minds.json_in_text import read_json
from engine.project.model import Contact, Project, Track, Trajectory, Video
from engine.script.minds.endpoint_script import ROUNDS, ask_for_script
from engine.script.minds.proposal import Proposal, drafts_of, plain_text
from engine.script.tree.writing import Told

STEPS = (0.5, 1.1, 1.7, 2.3, 2.9)


@pytest.fixture
def film() -> Project:
    path = Trajectory.from_arrays([0.0, 4.0], np.array([[4.0, 3.0, -1.6], [4.0, -3.0, -1.6]]))
    walker = Track(
        id="w",
        name="Walker 1",
        label="person",
        trajectory=path,
        contacts=tuple(Contact(time_s=t, kind="step") for t in STEPS),
        end_s=4.0,
    )
    video = Video(
        path="a.mp4",
        fingerprint="",
        width=640,
        height=360,
        duration_s=4.0,
        rate_numerator=25,
        rate_denominator=1,
    )
    return Project(video=video, tracks=(walker,))


def script(*lines: dict) -> str:
    return json.dumps({"lines": list(lines)})


def line(**changes) -> dict:
    usual = {"track": "w", "generator": "footsteps", "prompt": "boots on gravel"}
    return {**usual, "start_s": 0.4, "end_s": 3.5, "at_s": list(STEPS), **changes}


def test_a_good_script_is_taken_in_one_round(server, settings, film) -> None:
    server.says(script(line()))
    told: list[str] = []
    found = ask_for_script(film, settings(), Told(), tell=told.append)
    steps = dict(found.drafted.drafts)["w"]
    assert steps.onsets_s == STEPS
    assert steps.prompt == "boots on gravel"
    assert "ambience" in dict(found.drafted.drafts)
    assert found.told == "m wrote it, asked once; 0 objections were left to rules"
    assert "at most" in told[0]
    asked = json.loads(server.requests[0][1]["messages"][1]["content"])
    assert asked["film"]["shots"][0]["visible"][0]["track_id"] == "w"
    assert "footsteps" in asked["generators"]


def test_objections_go_back_to_the_model(server, settings, film) -> None:
    late = line(at_s=[0.5], end_s=9.0)
    server.says(script(late, line(track="ghost")), script(line()))
    found = ask_for_script(film, settings(), Told())
    assert dict(found.drafted.drafts)["w"].onsets_s == STEPS
    assert "2 times" in found.told
    back = server.requests[1][1]["messages"][-1]["content"]
    assert "no track 'ghost'" in back
    assert "outside" in back or "the clip has 4" in back


def test_what_a_model_does_not_mend_rules_do(server, settings, film) -> None:
    server.says(script(line(at_s=[0.5, 1.1]), line(generator="animals", at_s=[9.0], end_s=9.5)))
    found = ask_for_script(film, settings(), Told())
    assert len(server.requests) == ROUNDS
    hits = sorted(t for _, draft in found.drafted.drafts for t in draft.onsets_s)
    assert hits == pytest.approx(STEPS)
    assert max(draft.end_s for _, draft in found.drafted.drafts) <= 4.0


@pytest.mark.parametrize(
    "said",
    [
        "I would suggest footsteps, of course.",
        '{"lines": [{"track": "w"',
        '{"lines": "all of them"}',
        '{"lines": [{"track": 3, "generator": "footsteps"}]}',
        script(line(start_s=-1)),
        script(line(end_s=1e300)),
        script(line(prompt="x" * 5000)),
        script(*[line()] * 400),
        "\u202e\x00\ufffd" * 50,
    ],
)
def test_nonsense_is_an_error_in_one_line(server, settings, film, said) -> None:
    before = msgspec.json.encode(film)
    server.says(said)
    with pytest.raises(MindError, match="cannot be used") as caught:
        ask_for_script(film, settings(), Told())
    assert "\n" not in str(caught.value)
    assert len(server.requests) == ROUNDS
    assert msgspec.json.encode(film) == before


def test_nothing_is_sent_that_may_pass_the_budget(server, settings, film) -> None:
    server.says(script(line()))
    with pytest.raises(MindError, match="tokens"):
        ask_for_script(film, settings(most_tokens=1000), Told())
    assert server.requests == []


def test_pictures_are_sent_to_those_who_see(server, settings, film) -> None:
    server.says(script(line()))
    ask_for_script(film, settings(sees=True), Told(), (b"one", b"two"))
    assert len(server.requests[0][1]["messages"][1]["content"]) == 3
    ask_for_script(film, settings(), Told(), (b"one",))
    assert isinstance(server.requests[1][1]["messages"][1]["content"], str)


def test_what_a_model_writes_is_made_plain_and_stays_data() -> None:
    assert plain_text("a\x1b[31m \u202eb\n\tc\ud83d") == "a [31m b c"
    text = script(line(prompt="${HOME} `rm -rf /` {0.__class__}", category="NONSENSE"))
    proposal = read_json(text, Proposal)
    ((_, draft),), wrong = drafts_of(proposal, ["w"], ["footsteps"], ["FOLEY"], 4.0)
    assert (draft.category, wrong) == ("FOLEY", ())
    assert draft.prompt == "${HOME} `rm -rf /` {0.__class__}"
    assert draft.parameters == {}
