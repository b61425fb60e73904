"""A run's script: by a model within limits, with pictures; what fails leaves the session alone."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from msgspec import structs

from engine import resources
from engine.cli.main import main
from engine.errors import MindError, ScriptError
from engine.media.probe import probe_video
from engine.minds.endpoint import MindSettings
from engine.pipeline.preflight import check_settings
from engine.pipeline.scripting import pictures_of, script_for
from engine.pipeline.settings import RunSettings
from engine.project.edits import ApplyScript, SetScriptTree
from engine.project.model import Analysis, Contact, Project, Track, Trajectory
from engine.script.tree.writing import take_branch
from tests.media.drawn import crossing, write_video

STEPS = (0.5, 1.1, 1.7)
GOOD = {
    "track": "w",
    "generator": "footsteps",
    "prompt": "boots on gravel",
    "start_s": 0.4,
    "end_s": 2.5,
    "at_s": list(STEPS),
}


@pytest.fixture
def answer(monkeypatch):
    """Function that starts a server which says a text, and gives its address and requests."""
    servers = []
    monkeypatch.delenv("FOLEYSTAGE_MIND_KEY", raising=False)

    def start(text: str):
        requests: list[dict] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                body = json.dumps({"choices": [{"message": {"content": text}}]}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}/v1", requests

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


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
    return Project(video=probe_video(resources.path("demo/demo.mp4")), tracks=(walker,))


def test_a_models_script_is_a_branch_beside_those_of_rules(answer, film) -> None:
    url, requests = answer(json.dumps({"lines": [GOOD]}))
    mind = MindSettings(base_url=url, model="tiny", sees=True)
    told: list[str] = []
    script, tree = script_for(film, RunSettings(mind=mind), lambda text, _: told.append(text))
    chosen = tree.node(tree.chosen)
    assert (tree.mind, chosen.moves) == ("tiny", ("mind: tiny",))
    assert [e.prompt for e in script.events if e.track_id == "w"] == ["boots on gravel"]
    assert any("at most" in text for text in told)
    pictures = [p for p in requests[0]["messages"][1]["content"] if p["type"] == "image_url"]
    assert len(pictures) == 3
    project = SetScriptTree(tree=tree).apply(film)
    project = ApplyScript(tracks=script.tracks, events=script.events).apply(project)
    assert take_branch(project, "n0")[1].chosen == "n0"
    with pytest.raises(ScriptError, match="rules cannot write it again"):
        take_branch(project, chosen.id)


def test_pictures_are_of_the_shots_and_not_too_many(film) -> None:
    cuts = tuple(0.4 * i for i in range(20))
    many = structs.replace(film, analysis=Analysis(shots_s=cuts))
    found = pictures_of(many)
    assert len(found) == 8
    assert all(picture.startswith(b"\xff\xd8") for picture in found)
    assert pictures_of(structs.replace(film, video=None)) == ()


def test_a_run_whose_model_talks_prose_fails_in_one_line_and_writes_nothing(
    answer, tmp_path, capsys
) -> None:
    url, requests = answer("Footsteps would be nice.")
    out = tmp_path / "out"
    clip = write_video(tmp_path / "clip.mp4", crossing(38))
    arguments = ["run", str(clip), "-o", str(out)]
    assert main([*arguments, "--formats", "stereo", "--mind", url, "--mind-model", "tiny"]) == 1
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert told.startswith("foleystage: tiny: the model's answer cannot be used")
    assert len(requests) == 3
    assert not out.exists() or not list(out.iterdir())


@pytest.mark.parametrize(
    "changes",
    [{"base_url": "nowhere"}, {"model": " "}, {"limit_s": 0.0}, {"answer_tokens": 0}],
)
def test_settings_that_cannot_work_are_told_before_the_work(changes) -> None:
    usual = {"base_url": "http://localhost:1/v1", "model": "m"}
    with pytest.raises(MindError):
        check_settings(RunSettings(mind=MindSettings(**{**usual, **changes})), 48_000)
    with pytest.raises(ScriptError, match="no such screenplay"):
        check_settings(RunSettings(screenplay="none.fountain"), 48_000)
