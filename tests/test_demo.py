"""The demo clip against its own camera: the known answer that everything else is measured by."""

from __future__ import annotations

import itertools
import json
from typing import Any

import av
import numpy as np
import pytest

from engine import resources
from engine.coordinates import to_spherical
from resources.demo.draw_demo import BODIES, _draw, draw_video_frames
from resources.demo.scene import (
    EYE_HEIGHT_M,
    GRAVITY_M_PER_S2,
    HEIGHT_PX,
    WIDTH_PX,
    Ball,
    Walker,
    project,
)


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return json.loads(resources.path("demo/demo.truth.json").read_text(encoding="utf-8"))


def test_is_short_small_and_silent() -> None:
    path = resources.path("demo/demo.mp4")
    assert path.stat().st_size <= 1_000_000
    with av.open(str(path)) as container:
        assert len(container.streams.audio) == 0
        stream = container.streams.video[0]
        times = [video_frame.time for video_frame in container.decode(stream)]
        assert (stream.width, stream.height) == (WIDTH_PX, HEIGHT_PX)
    assert np.allclose(times, np.arange(200) / 25)


def test_three_bodies_that_sound(truth: dict[str, Any]) -> None:
    labels = {body["id"]: body["label"] for body in truth["objects"]}
    assert labels == {"ball": "ball", "walker": "person", "bird": "bird"}
    assert {contact["kind"] for contact in truth["contacts"]} == {"bounce", "step"}
    times = [contact["time_s"] for contact in truth["contacts"]]
    assert times == sorted(times)
    assert times[0] > 0
    assert times[-1] < 8


def test_boxes_sit_where_the_paths_say(truth: dict[str, Any]) -> None:
    for body in truth["objects"]:
        path, seen = np.array(body["path"]), body["seen"]
        assert len(path) == len(seen) > 60
        centres = np.array([[(s["x0"] + s["x1"]) / 2, (s["y0"] + s["y1"]) / 2] for s in seen])
        assert np.allclose(project(path[:, 1:]), centres, atol=0.02)
        azimuth = 60.0 * (WIDTH_PX / 2 - centres[:, 0]) / (WIDTH_PX / 2)
        assert np.allclose(azimuth, [s["azimuth_deg"] for s in seen], atol=0.01)
        rise = np.pi / 3 * (HEIGHT_PX / 2 - centres[:, 1]) / (HEIGHT_PX / 2)
        elevation = np.degrees(np.arctan(rise))
        assert np.allclose(elevation, [s["elevation_deg"] for s in seen], atol=0.01)
        spherical = to_spherical(path[:, 1:])
        assert np.allclose(spherical[:, 2], [s["distance_m"] for s in seen], atol=1e-3)


def test_directions_of_travel(truth: dict[str, Any]) -> None:
    seen = {body["id"]: body["seen"] for body in truth["objects"]}
    assert seen["ball"][0]["azimuth_deg"] > 55
    assert seen["ball"][-1]["azimuth_deg"] < -55
    assert seen["bird"][0]["azimuth_deg"] < -55
    assert seen["bird"][-1]["azimuth_deg"] > 55
    assert seen["walker"][0]["distance_m"] > 10
    assert seen["walker"][-1]["distance_m"] < 3.1
    assert all(s["elevation_deg"] > 10 for s in seen["bird"])


def test_silhouettes_never_meet(truth: dict[str, Any]) -> None:
    boxes: dict[float, list[tuple[float, ...]]] = {}
    for body in truth["objects"]:
        for s in body["seen"]:
            boxes.setdefault(s["time_s"], []).append((s["x0"], s["y0"], s["x1"], s["y1"]))
    for found in boxes.values():
        for i, (ax0, ay0, ax1, ay1) in enumerate(found):
            for bx0, by0, bx1, by1 in found[i + 1 :]:
                assert ax1 < bx0 or bx1 < ax0 or ay1 < by0 or by1 < ay0


def test_the_ball_obeys_gravity() -> None:
    ball = Ball()
    contacts = ball.contacts_s()
    for before, after in itertools.pairwise(contacts):
        inside = np.linspace(before, after, 9)[1:-1]
        heights = np.array([ball.position_m(t)[2] for t in inside])
        step = inside[1] - inside[0]
        assert np.allclose(np.diff(heights, 2) / step**2, -GRAVITY_M_PER_S2)
    for time_s in contacts:
        assert ball.position_m(time_s)[2] == pytest.approx(ball.radius_m - EYE_HEIGHT_M, abs=1e-9)
    assert ball.position_m(contacts[-1] + 0.5)[2] == pytest.approx(ball.radius_m - EYE_HEIGHT_M)


def test_feet_stay_where_they_land() -> None:
    walker = Walker()
    for index, time_s in enumerate(walker.contacts_s()[:-3]):
        side = index % 2
        start = walker.foot(side, time_s)[0] + walker.speed_m_per_s * time_s
        for later in np.linspace(time_s, time_s + 1.19 * walker.step_s, 7):
            ahead, lift = walker.foot(side, float(later))
            assert lift == pytest.approx(0.0, abs=1e-9)
            assert ahead + walker.speed_m_per_s * later == pytest.approx(start)
        just_before = walker.foot(side, time_s - 0.02)
        assert just_before[1] > 0.0


def test_the_committed_clip_is_what_the_code_draws() -> None:
    drawn = next(iter(draw_video_frames(1 / 25)))[1].astype(float)
    with av.open(str(resources.path("demo/demo.mp4"))) as container:
        stored = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(float)
    assert np.abs(drawn - stored).mean() < 6.0


def test_drawing_twice_gives_the_same() -> None:
    blank = np.full((HEIGHT_PX, WIDTH_PX, 3), 128, np.float32)
    first, first_boxes = _draw(blank.copy(), 4.4)
    again, again_boxes = _draw(blank.copy(), 4.4)
    assert np.array_equal(first, again)
    assert first_boxes == again_boxes
    assert set(first_boxes) == {body.id for body in BODIES}
