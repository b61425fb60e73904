"""What crosses the picture is heard to cross: covers step back, within bounds, and it is told."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs
from scipy.stats import spearmanr

from engine.coordinates import to_cartesian
from engine.metrics.direction import interaural_differences
from engine.pipeline.focus import Focus, focus_movers, not_followed
from engine.pipeline.focus_search import (
    MOST_LOWERED_DB,
    MOST_RAISED_DB,
    Deed,
    merged,
)
from engine.project.edits import ApplyFocus, SetGainCurve
from engine.project.model import (
    Clip,
    ClipId,
    Event,
    EventId,
    Project,
    Take,
    TakeId,
    Track,
    TrackId,
    Trajectory,
)
from engine.project.store import MediaFolder
from engine.render.compiler import compile_project
from engine.render.renderer import render_span

RATE_HZ = 48_000
LENGTH_S = 4.0


def path(azimuths_deg: tuple[float, float], distance_m: float) -> Trajectory:
    times_s = np.linspace(0.0, LENGTH_S, 41)
    azimuth = np.linspace(*azimuths_deg, 41)
    places = to_cartesian(azimuth, np.zeros(41), np.full(41, distance_m))
    return Trajectory.from_arrays(times_s, places)


class Film:
    """Tracks of noise: where, when, how loud."""

    def __init__(self, media: MediaFolder) -> None:
        self.media = media
        self.project = Project()

    def add(
        self,
        name: str,
        azimuths_deg: tuple[float, float],
        span_s: tuple[float, float] = (0.0, LENGTH_S),
        level_dbfs: float = -30.0,
        **more: object,
    ) -> Film:
        rng = np.random.default_rng(len(self.project.tracks))
        count = round((span_s[1] - span_s[0]) * RATE_HZ)
        noise = rng.normal(size=(1, count)) * 10.0 ** (level_dbfs / 20.0)
        audio = self.media.put_audio(noise.astype(np.float32), RATE_HZ)
        track = Track(
            id=TrackId(name), name=name, trajectory=path(azimuths_deg, 3.0), start_s=0.0,
            end_s=LENGTH_S, **more,
        )  # fmt: skip
        event = Event(
            id=EventId(name), track_id=track.id, layer="", generator="", prompt="",
            start_s=span_s[0], duration_s=span_s[1] - span_s[0], why="it is there",
        )  # fmt: skip
        take = Take(
            id=TakeId(name), event_id=event.id, name=name, audio=audio, sample_rate_hz=RATE_HZ,
            channels=1, samples=count,
        )  # fmt: skip
        clip = Clip(
            id=ClipId(name), track_id=track.id, take_id=take.id, name=name, start_s=span_s[0],
            duration_s=take.duration_s,
        )  # fmt: skip
        made = self.project
        self.project = structs.replace(
            made, tracks=(*made.tracks, track), events=(*made.events, event),
            takes=(*made.takes, take), clips=(*made.clips, clip),
        )  # fmt: skip
        return self

    def focus(self) -> Focus:
        return focus_movers(self.project, self.media.audio_path)

    def correlations(self, project: Project, name: str) -> tuple[float, float]:
        """Of azimuth with ITD and ILD in the rendered mix, by another implementation of ranks."""
        snapshot = compile_project(project, self.media.audio_path, ("binaural",))
        mix = render_span(snapshot, 0, round(LENGTH_S * RATE_HZ))["binaural"]
        ears = interaural_differences(mix, RATE_HZ)
        x, y, _ = project.track(name).trajectory.at(ears.times_s).T
        azimuth_deg = np.degrees(np.arctan2(y, x))
        return tuple(float(spearmanr(azimuth_deg, v).statistic) for v in (ears.itd_us, ears.ild_db))


@pytest.fixture
def film(tmp_path) -> Film:
    return Film(MediaFolder(tmp_path))


def covered(film: Film) -> Film:
    """A mover from left to right, and something louder on its far side in the middle."""
    film.add("mover", (55.0, -55.0))
    return film.add("cover", (60.0, 60.0), (1.6, 3.2), -30.0)


def test_what_covers_a_mover_steps_back_until_it_is_followed(film: Film) -> None:
    focus = covered(film).focus()
    before, after = film.project, focus.edit.apply(film.project)
    assert min(film.correlations(before, "mover")) < 0.8
    assert min(film.correlations(after, "mover")) >= 0.8
    (heard,) = focus.edit.heard
    assert heard.followed
    assert (heard.itd, heard.ild) == pytest.approx(film.correlations(after, "mover"), abs=0.02)
    assert min(heard.itd_before, heard.ild_before) < 0.8
    assert not_followed(after, focus.edit.heard) == []
    told = {event.id: event.why for event in focus.events(before.events, before)}
    assert "softer" in told["cover"]
    assert "so that mover is heard to move" in told["cover"]
    assert heard.done


def test_changes_are_bounded_and_end_where_they_are_not_needed(film: Film) -> None:
    curves = covered(film).focus().edit.curves
    levels = [value for _, value in curves["cover"]]
    assert -MOST_LOWERED_DB["object"] - 1e-6 <= min(levels) < -1.0
    assert max(levels) <= 1e-6
    own = np.array(curves.get("mover", ((0.0, 0.0),)))[:, 1]
    assert own.max() <= MOST_RAISED_DB + 1e-6
    at = np.array(curves["cover"])
    np.testing.assert_allclose(np.interp([0.5, 3.9], *at.T), 0.0, atol=1e-6)


def test_a_mover_that_is_followed_is_left_alone(film: Film) -> None:
    film.add("mover", (55.0, -55.0)).add("cover", (60.0, 60.0), (1.6, 3.2), -70.0)
    focus = film.focus()
    assert focus.edit.curves == {}
    assert focus.deeds == ()
    (heard,) = focus.edit.heard
    assert heard.followed
    assert heard.done == ()
    assert focus.events(film.project.events, film.project) == film.project.events


def test_what_stays_where_it_is_is_not_listened_for(film: Film) -> None:
    film.add("near", (10.0, 0.0)).add("cover", (60.0, 60.0))
    assert film.focus() == Focus(ApplyFocus())


def test_what_a_hand_has_set_is_never_changed_and_a_miss_is_told(film: Film) -> None:
    covered(film)
    drawn = SetGainCurve(track_id="cover", curve=((0.0, 3.0),)).apply(film.project)
    film.project = SetGainCurve(track_id="mover", curve=()).apply(drawn)
    focus = film.focus()
    assert focus.edit.curves == {}
    assert focus.edit.apply(film.project) == film.project
    (heard,) = focus.edit.heard
    assert not heard.followed
    (note,) = not_followed(film.project, focus.edit.heard)
    assert "mover crosses the picture, but is not heard to" in note


def test_a_clip_or_fader_of_a_hand_is_respected(film: Film) -> None:
    covered(film)
    clips = tuple(structs.replace(c, provenance="hand") for c in film.project.clips)
    film.project = structs.replace(film.project, clips=clips)
    assert film.focus().edit.curves == {}


def test_what_does_not_help_is_undone(film: Film) -> None:
    film.add("mover", (55.0, -55.0)).add("cover", (60.0, 60.0), level_dbfs=-6.0)
    focus = film.focus()
    (heard,) = focus.edit.heard
    assert not heard.followed
    assert (heard.itd, heard.ild) == (heard.itd_before, heard.ild_before)
    assert heard.done == ()
    assert focus.deeds == ()
    assert focus.edit.curves == {}


def test_for_what_sounds_beneath_all_others_nothing_is_lowered(film: Film) -> None:
    """14 dB under something else all the while: that one would have to give way all the while."""
    film.add("mover", (55.0, -55.0), level_dbfs=-30.0).add("cover", (60.0, 60.0), level_dbfs=-16.0)
    focus = film.focus()
    (heard,) = focus.edit.heard
    assert not heard.followed
    assert focus.deeds == ()
    assert not_followed(film.project, focus.edit.heard)


def test_two_that_cross_each_other_take_turns(film: Film) -> None:
    film.add("first", (55.0, -55.0), (0.0, 3.0)).add("second", (-55.0, 55.0), (1.2, LENGTH_S))
    focus = film.focus()
    assert [one.followed for one in focus.edit.heard] == [True, True]
    assert all("18 dB softer" in " ".join(one.done) for one in focus.edit.heard)
    gains = {name: np.array(curve) for name, curve in focus.edit.curves.items()}
    levels = {name: np.interp([0.5, 1.3, 2.9, 3.5], *gains[name].T) for name in gains}
    assert levels["first"][0] == levels["second"][3] == 0.0
    assert levels["first"][2] == pytest.approx(-18.0)  # beneath, not silent
    assert levels["second"][1] == pytest.approx(-18.0)


def test_the_same_film_gets_the_same_focus_and_a_second_one_replaces_it(film: Film) -> None:
    first = covered(film).focus()
    assert film.focus() == first
    film.project = first.edit.apply(film.project)
    assert film.focus() == first


def test_changes_on_one_track_for_one_mover_are_told_as_one() -> None:
    deeds = [
        Deed("a", "m", 1.0, 2.0, -4.0),
        Deed("a", "m", 1.5, 2.5, -3.0),
        Deed("b", "m", 0.5, 1.0, -2.0),
        Deed("a", "m", 4.0, 5.0, -1.0),
        Deed("c", "m", 4.0, 6.0, -12.0),
        Deed("c", "m", 5.0, 7.0, -11.0),
    ]
    assert merged(deeds) == (
        Deed("b", "m", 0.5, 1.0, -2.0),
        Deed("a", "m", 1.0, 2.5, -7.0),
        Deed("a", "m", 4.0, 5.0, -1.0),
        Deed("c", "m", 4.0, 7.0, -18.0),  # no track falls farther, whatever is added up
    )


def test_nothing_steps_back_while_it_strikes(film: Film) -> None:
    film.add("first", (55.0, -55.0), (0.0, 3.0)).add("second", (-55.0, 55.0), (1.2, LENGTH_S))

    def least_db(onsets_s: tuple[float, ...]) -> float:
        event, *others = film.project.events
        events = (structs.replace(event, onsets_s=onsets_s), *others)
        film.project = structs.replace(film.project, events=events)
        curve = film.focus().edit.curves.get("first", ((0.0, 0.0),))
        return float(np.interp([2.8, 2.9, 3.0], *np.array(curve).T).min())

    assert least_db(()) == pytest.approx(-18.0)
    assert least_db((2.8,)) >= -4.0
