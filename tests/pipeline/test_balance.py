"""Events in balance: a hit that towers above a film is pulled down, and the film gets loud."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deliver.bounce import deliver
from engine.deliver.loudness import measure
from engine.media.audio_file import read_audio
from engine.pipeline.balance import (
    HEADROOM_DB,
    MOST_LOWERED_DB,
    balance_db,
    heard_at_listener,
    lowered_db,
)
from engine.pipeline.compose import compose
from engine.pipeline.settings import RunSettings
from engine.project.model import (
    Clip,
    Contact,
    Event,
    Project,
    Track,
    Trajectory,
)
from engine.project.store import MediaFolder
from engine.units import db_to_gain

RATE_HZ = 8000


def still(name: str, distance_m: float, **more) -> Track:
    path = Trajectory.from_arrays(np.array([0.0, 1.0]), np.array([[distance_m, 0.0, 0.0]] * 2))
    return Track(id=name, name=name, trajectory=path, **more)


def event(name: str, **more) -> Event:
    return Event(
        id=name, track_id=name, layer="", generator="", prompt="", start_s=0.0, duration_s=0.0,
        **more,
    )  # fmt: skip


def clip(name: str, start_s: float, audio: np.ndarray, gain_db: float, muted: bool = False) -> Clip:
    duration_s = audio.shape[1] / RATE_HZ
    return Clip(
        id=name, track_id=name, take_id=name, name=name, start_s=start_s, duration_s=duration_s,
        gain_db=gain_db, muted=muted,
    )  # fmt: skip


class Film:
    """A bed of noise and hits at times, heights in dB and distances in metres."""

    def __init__(self, length_s: float, bed_dbfs: float, hits: list[tuple[float, float, float]]):
        rng = np.random.default_rng(1)
        bed = rng.normal(size=(1, round(length_s * RATE_HZ))) * db_to_gain(bed_dbfs)
        ring = rng.normal(size=(1, RATE_HZ // 2)) * np.exp(-np.arange(RATE_HZ // 2) / 80.0)
        ring /= np.abs(ring).max()
        self._parts = [("bed", 0.0, bed.astype(np.float32), 0.0, 1.0)]
        for number, (share, level_db, distance_m) in enumerate(hits):
            start_s = round(share * max(length_s - 0.5, 0.0), 2)
            sound = ring[:, : bed.shape[1] - round(start_s * RATE_HZ)].astype(np.float32)
            self._parts.append((f"hit{number}", start_s, sound, level_db, distance_m))

    def heard(self, held: frozenset[str] = frozenset()):
        return [
            heard_at_listener(
                event(name, provenance="hand" if name in held else "machine"),
                clip(name, start_s, sound, gain_db),
                sound,
                still(name, distance_m),
                RATE_HZ,
            )
            for name, start_s, sound, gain_db, distance_m in self._parts
        ]

    def over_db(self, lowered: dict[str, float]) -> float:
        """Greatest peak over the loudness of the film, summed here sample by sample."""
        mix = np.zeros(self._parts[0][2].shape)
        peak = 0.0
        for name, start_s, sound, gain_db, distance_m in self._parts:
            gain = float(db_to_gain(gain_db - lowered.get(name, 0.0))) / max(distance_m, 0.25)
            first = round(start_s * RATE_HZ)
            mix[:, first : first + sound.shape[1]] += gain * sound
            peak = max(peak, float(np.abs(sound).max() * gain))
        well_above_the_absolute_gate = 100.0
        loudness = measure(mix * well_above_the_absolute_gate, RATE_HZ).integrated_lufs - 40.0
        return 20.0 * np.log10(peak) - loudness


FILMS = st.builds(
    Film,
    st.floats(1.0, 20.0),
    st.floats(-70.0, -20.0),
    st.lists(
        st.tuples(st.floats(0.0, 1.0), st.floats(-40.0, 6.0), st.floats(0.1, 30.0)), max_size=6
    ),
)


@settings(max_examples=25, deadline=None)
@given(film=FILMS)
def test_no_peak_towers_above_the_film_unless_lowering_gains_nothing(film):
    lowered = lowered_db(film.heard())
    assert all(0.5 <= amount <= MOST_LOWERED_DB + 0.3 for amount in lowered.values())
    before, after = film.over_db({}), film.over_db(lowered)
    assert after <= max(before, HEADROOM_DB) + 1.5
    if before > HEADROOM_DB + 3.0:
        assert after <= HEADROOM_DB + 3.0 or after < before


def test_one_near_hit_in_soft_noise_is_pulled_down_to_the_line():
    film = Film(20.0, -45.0, [(0.5, -3.0, 1.0), (0.8, -40.0, 1.0)])
    assert film.over_db({}) > 34.0
    lowered = lowered_db(film.heard())
    assert set(lowered) == {"hit0"}
    assert film.over_db(lowered) == pytest.approx(HEADROOM_DB, abs=1.0)


def test_what_a_hand_has_set_is_never_lowered_and_what_is_muted_never_heard():
    film = Film(20.0, -45.0, [(0.5, -3.0, 1.0)])
    assert "hit0" not in lowered_db(film.heard(held=frozenset({"hit0"})))
    audio = np.ones((1, RATE_HZ), np.float32)
    silent = heard_at_listener(
        event("a"), clip("a", 0.0, audio, 0.0, muted=True), audio, still("a", 1.0), RATE_HZ
    )
    assert lowered_db([silent]) == {}
    assert lowered_db([]) == {}


def test_a_hit_alone_is_its_own_measure():
    """A click in ten minutes of nearly nothing is what the gates leave: it stays as it is."""
    assert lowered_db(Film(60.0, -100.0, [(0.5, -3.0, 1.0)]).heard()) == {}


@pytest.mark.parametrize(("length_s", "distance_m"), [(20.0, 2.0), (60.0, 0.5)])
def test_one_bounce_in_a_sparse_film_keeps_its_level_and_the_bed_is_air(
    tmp_path, length_s: float, distance_m: float
) -> None:
    """The bed is moved, not the hit; the target is reached with little limiting."""
    bounce = (Contact(time_s=length_s / 2.0, kind="bounce", strength=1.0),)
    ball = still("ball", distance_m, label="ball", contacts=bounce, start_s=length_s / 2.0 - 1.0,
                 end_s=length_s / 2.0 + 1.0)  # fmt: skip
    silent = still("silent", 60.0, label="nothing", start_s=0.0, end_s=length_s)
    project = Project(tracks=(ball, silent))
    media = MediaFolder(tmp_path / "media")
    for edit in compose(project, media, RunSettings()):
        project = edit.apply(project)
    (hit,) = [event for event in project.events if event.generator == "impacts"]
    (bed,) = [event for event in project.events if event.generator == "ambience"]
    assert hit.level_db >= -6.0
    assert -16.0 < bed.level_db < 6.0
    assert "up, as little else lasts" in bed.why
    report = deliver(project, media, ["5.1", "binaural"], tmp_path / "out")
    for file in report.files:
        assert file.limiter_reduction_db < 6.0
        sound = read_audio(tmp_path / "out" / file.path)[0]
        assert measure(sound, 48_000).integrated_lufs == pytest.approx(-23.0, abs=0.5)
        still_s = sound[:, : round(length_s / 3.0 * 48_000)]
        level_dbfs = 20.0 * np.log10(np.sqrt(np.mean(np.square(still_s))))
        assert -75.0 < level_dbfs < -40.0


@pytest.mark.parametrize(("under_db", "risen_db"), [(20.0, 0.0), (30.0, 6.0), (45.0, 10.0)])
def test_a_bed_far_under_a_film_comes_up_to_where_it_is_heard(under_db: float, risen_db: float):
    """Something sounds all the while: the bed comes up to 24 LU under it, by 10 dB at the most."""
    (mover,) = Film(10.0, -20.0, []).heard()
    gain = db_to_gain(-under_db)
    bed = replace(
        mover, event_id="air", power=mover.power * gain**2, peaks=mover.peaks * gain, bed=True
    )
    assert balance_db([mover, bed]).get("air", 0.0) == pytest.approx(risen_db, abs=0.2)
    assert balance_db([mover, replace(bed, held=True)]) == {}
    assert balance_db([bed]) == {}


def test_a_dense_film_keeps_its_bed():
    film = Film(20.0, -45.0, [(0.5, -3.0, 1.0), (0.8, -40.0, 1.0)])
    changes = balance_db(film.heard())
    assert set(changes) == {"hit0"}
    assert changes["hit0"] < 0.0


def test_a_film_with_one_near_bounce_is_delivered_at_the_target(tmp_path):
    """Soft steps far away for 14 s, and a ball that strikes the ground beside the listener once."""
    steps = tuple(
        Contact(time_s=float(t), kind="step", strength=0.6) for t in np.arange(0.5, 13.5, 0.55)
    )
    walker = still("walker", 9.0, label="person", contacts=steps, start_s=0.0, end_s=14.0)
    bounce = (Contact(time_s=7.0, kind="bounce", strength=1.0),)
    ball = still("ball", 0.4, label="ball", contacts=bounce, start_s=6.0, end_s=9.0)
    project = Project(tracks=(walker, ball))
    media = MediaFolder(tmp_path / "media")
    for edit in compose(project, media, RunSettings()):
        project = edit.apply(project)
    (hit,) = [event for event in project.events if event.generator == "impacts"]
    assert hit.level_db < -5.0
    assert "dB down, as its peak stood too far above" in hit.why
    assert {c.gain_db for c in project.clips_of("ball") if c.name == hit.layer} == {hit.level_db}
    report = deliver(project, media, ["5.1", "binaural", "foa"], tmp_path / "out")
    for file in report.files:
        assert file.limiter_reduction_db < 7.0
        if file.format != "foa":
            sound = read_audio(tmp_path / "out" / file.path)[0]
            assert measure(sound, 48_000).integrated_lufs == pytest.approx(-23.0, abs=0.5)
