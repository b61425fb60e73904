"""Small scenes whose right script is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.project.model import Contact, Project, Scene, Track, Trajectory, Video

GROUND_M = -1.6


def line(start_m, end_m, start_s: float, end_s: float) -> Trajectory:
    """Straight, even motion."""
    times = np.linspace(start_s, end_s, 11)
    part = np.linspace(0.0, 1.0, 11)[:, None]
    return Trajectory.from_arrays(times, (1 - part) * np.array(start_m) + part * np.array(end_m))


@pytest.fixture
def make_track() -> Callable[..., Track]:
    """Function (label, start_m, end_m, steps=(), bounces=(), seen=(0, 8)) -> Track."""

    def make(label, start_m=(5, 4, GROUND_M), end_m=(5, -4, GROUND_M), **more) -> Track:
        first_s, last_s = more.get("seen", (0.0, 8.0))
        contacts = [Contact(time_s=t, kind="step") for t in more.get("steps", ())]
        contacts += [Contact(time_s=t, kind="bounce") for t in more.get("bounces", ())]
        return Track(
            id=more.get("id", label),
            name=more.get("name", label),
            label=label,
            trajectory=line(start_m, end_m, first_s, last_s),
            contacts=tuple(contacts),
            start_s=first_s,
            end_s=last_s,
        )

    return make


@pytest.fixture
def make_project() -> Callable[..., Project]:
    """Function (*tracks, prompt=(), duration_s=8) -> Project with a picture."""

    def make(*tracks: Track, prompt: tuple[str, ...] = (), duration_s: float = 8.0) -> Project:
        video = Video(
            path="clip.mp4",
            fingerprint="",
            width=1280,
            height=720,
            duration_s=duration_s,
            rate_numerator=25,
            rate_denominator=1,
        )
        return Project(tracks=tracks, video=video, scene=Scene(prompt=prompt))

    return make


@pytest.fixture
def bouncing_ball() -> Track:
    """A ball dropped from 1.5 m that bounces at 1, 1.8 and 2.2 s and then rolls until 5 s."""
    times = np.linspace(0.0, 5.0, 251)
    bounces = (1.0, 1.8, 2.2)
    height = np.zeros_like(times)
    falling = (times > 0.44) & (times < 1.0)
    height[times <= 0.44] = 1.5
    height[falling] = 1.5 - 4.9 * (times[falling] - 0.44) ** 2
    for first, last in ((1.0, 1.8), (1.8, 2.2)):
        inside = (times > first) & (times < last)
        height[inside] = 4.9 * (times[inside] - first) * (last - times[inside])
    positions = np.stack([np.full_like(times, 4.0), 3.0 - 1.2 * times, GROUND_M + height], axis=1)
    return Track(
        id="b",
        name="object 1",
        label="object",
        trajectory=Trajectory.from_arrays(times, positions),
        contacts=tuple(Contact(time_s=t, kind="bounce") for t in bounces),
        start_s=0.0,
        end_s=5.0,
    )
