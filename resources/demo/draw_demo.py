"""Draw the demo clip and write its known answer: ``python -m resources.demo.draw_demo``.

The picture is drawn through the camera of `resources.demo.scene`, so the true paths in
``demo.truth.json`` are exact: the centre of each box is the projection of the body's centre.
The result is the same on every run.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from resources.demo.backdrop import draw_backdrop
from resources.demo.figure import draw_walker
from resources.demo.scene import (
    DURATION_S,
    EYE_HEIGHT_M,
    HALF_FIELD_DEG,
    HEIGHT_PX,
    VIDEO_FRAMES_PER_S,
    WIDTH_PX,
    Ball,
    Bird,
    Walker,
    on_screen,
)
from resources.demo.sprites import Box, draw_ball, draw_bird

HERE = Path(__file__).resolve().parent
Body = Ball | Walker | Bird
BODIES: tuple[Body, ...] = (Ball(), Walker(), Bird())


def draw_video_frames(
    duration_s: float = DURATION_S,
) -> Iterator[tuple[float, NDArray[np.uint8], dict[str, Box]]]:
    """Draw the clip, one video frame after another.

    Parameters
    ----------
    duration_s : float
        Up to 8 s something new happens; after that the walk goes on past the camera, so a longer
        clip plays the 8 s again from the start.

    Yields
    ------
    time_s : float
    image : (720, 1280, 3) uint8 array
        RGB.
    boxes : dict
        Box of every body whose centre is in the picture, by id.
    """
    backdrop = draw_backdrop()
    for index in range(round(duration_s * VIDEO_FRAMES_PER_S)):
        time_s = index / VIDEO_FRAMES_PER_S
        picture, boxes = _draw(backdrop.copy(), time_s % DURATION_S)
        yield time_s, np.clip(picture + 0.5, 0, 255).astype(np.uint8), boxes


def _draw(
    picture: NDArray[np.float32], time_s: float
) -> tuple[NDArray[np.float32], dict[str, Box]]:
    """Draw the bodies at one moment over the picture, the furthest first."""
    painters = {"ball": draw_ball, "walker": draw_walker, "bird": draw_bird}
    boxes: dict[str, Box] = {}
    distance = {body.id: np.hypot(*body.position_m(time_s)[:2]) for body in BODIES}
    for body in sorted(BODIES, key=lambda b: -distance[b.id]):
        if not _near_screen(body, time_s):
            continue
        box = painters[body.id](picture, body, time_s)  # type: ignore[operator]
        if on_screen(body, time_s):
            boxes[body.id] = box
    return picture, boxes


def _near_screen(body: Body, time_s: float) -> bool:
    """Whether any part of a body may show: up to a few degrees outside the picture."""
    x, y, _ = body.position_m(time_s)
    azimuth_deg = np.degrees(np.arctan2(y, x))
    return bool(x > 0 and abs(azimuth_deg) < HALF_FIELD_DEG + 8)


def write_video(path: Path, duration_s: float = DURATION_S) -> list[dict[str, Box]]:
    """Encode the clip as H.264, the same bytes on every run; gives the boxes video frame by frame.

    `path` is written whole or not at all.
    """
    partial = path.with_suffix(".partial.mp4")
    boxes = []
    options = {"preset": "veryslow", "crf": "23", "threads": "1", "tune": "animation"}
    with av.open(str(partial), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=VIDEO_FRAMES_PER_S, options=options)
        stream.width, stream.height = WIDTH_PX, HEIGHT_PX
        stream.pix_fmt = "yuv420p"
        stream.gop_size = 2 * VIDEO_FRAMES_PER_S
        stream.codec_context.time_base = Fraction(1, VIDEO_FRAMES_PER_S)
        stream.codec_context.color_range = 1
        stream.codec_context.colorspace = 1
        stream.codec_context.color_primaries = 1
        stream.codec_context.color_trc = 1
        for index, (_, image, found) in enumerate(draw_video_frames(duration_s)):
            video_frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            video_frame = video_frame.reformat(format="yuv420p", dst_colorspace=1)
            video_frame.pts = index
            container.mux(stream.encode(video_frame))
            boxes.append(found)
        container.mux(stream.encode())
    os.replace(partial, path)
    return boxes


def truth(boxes: list[dict[str, Box]]) -> dict[str, Any]:
    """The known answer (schema: resources/demo/README.md)."""
    objects = [_object_truth(body, boxes) for body in BODIES]
    contacts = [
        {"time_s": round(time_s, 6), "object": body.id, "kind": body.kind}
        for body in BODIES
        for time_s in body.contacts_s()
        if time_s < DURATION_S
    ]
    return {
        "schema": 1,
        "video": {
            "file": "demo.mp4",
            "width_px": WIDTH_PX,
            "height_px": HEIGHT_PX,
            "video_frames_per_s": VIDEO_FRAMES_PER_S,
            "duration_s": DURATION_S,
        },
        "camera": {
            "mapping": "cylinder",
            "half_field_deg": HALF_FIELD_DEG,
            "eye_height_m": EYE_HEIGHT_M,
            "azimuth_deg": "half_field_deg * (width_px / 2 - column) / (width_px / 2)",
            "height_over_horizontal_distance": "pi / 3 * (height_px / 2 - row) / (height_px / 2)",
        },
        "objects": objects,
        "contacts": sorted(contacts, key=lambda contact: contact["time_s"]),
    }


def _object_truth(body: Body, boxes: list[dict[str, Box]]) -> dict[str, Any]:
    samples = []
    for index, found in enumerate(boxes):
        if body.id not in found:
            continue
        time_s = index / VIDEO_FRAMES_PER_S
        x, y, z = body.position_m(time_s)
        sample = {
            "time_s": time_s,
            "azimuth_deg": np.degrees(np.arctan2(y, x)),
            "elevation_deg": np.degrees(np.arctan2(z, np.hypot(x, y))),
            "distance_m": np.sqrt(x * x + y * y + z * z),
            **asdict(found[body.id]),
        }
        sample = {key: round(float(value), 4) for key, value in sample.items()}
        samples.append((round(time_s, 4), [round(float(v), 5) for v in (x, y, z)], sample))
    return {
        "id": body.id,
        "label": body.label,
        "kind": {"ball": "rolls and bounces", "walker": "walks", "bird": "flies over"}[body.id],
        "path": [[time_s, *position] for time_s, position, _ in samples],
        "seen": [sample for _, _, sample in samples],
    }


def main() -> None:
    """Write demo.mp4 and demo.truth.json."""
    parser = argparse.ArgumentParser(description="Draw the demo clip and its known answer.")
    parser.add_argument("-o", "--output", type=Path, default=HERE, help="folder to write into")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    boxes = write_video(folder / "demo.mp4")
    text = json.dumps(truth(boxes), indent=None, separators=(",", ":"))
    text = text.replace('{"time_s"', '\n{"time_s"').replace('"path"', '\n"path"')
    (folder / "demo.truth.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
