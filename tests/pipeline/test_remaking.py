"""A part of a take made anew: the rest untouched, the join unheard, the recipe whole."""

import numpy as np
import pytest
from msgspec import structs

from engine.errors import ProjectError
from engine.foley.joining import join_gains, joined
from engine.pipeline.compose import make_takes
from engine.pipeline.more_takes import more_takes
from engine.pipeline.recipes import event_of, sound_again, spliced
from engine.pipeline.remaking import remake_section
from engine.project.edits import ApplyTakes
from engine.project.media_folder import MediaFolder
from engine.project.model import Event, Project, Track, Trajectory

RATE_HZ = 48_000
PATH = Trajectory.from_arrays([0.0, 1.0], [[1, 0, 0], [1, 1, 0]])


def session(tmp_path, generator="water", onsets_s=(), **more):
    event = Event(
        id="e", track_id="t", layer="l", generator=generator, prompt="", start_s=2.0,
        duration_s=4.0, onsets_s=onsets_s, seed=11, intensity=((2.0, 0.4), (6.0, 1.0)), **more,
    )  # fmt: skip
    project = Project(tracks=(Track(id="t", name="t", trajectory=PATH),), events=(event,))
    media = MediaFolder(tmp_path)
    takes, clips = make_takes((event,), RATE_HZ, media)
    return ApplyTakes(takes=takes, clips=clips).apply(project), media


def audio_of(project, media):
    return np.array(media.audio(project.take(project.clips[0].take_id).audio)[0])


@pytest.mark.parametrize(
    ("generator", "onsets_s"),
    [("water", ()), ("footsteps", (2.2, 2.7, 3.2, 3.7, 4.2, 4.7, 5.2)), ("ambience", ())],
)
def test_the_rest_stays_sample_for_sample(tmp_path, generator, onsets_s):
    project, media = session(tmp_path, generator, onsets_s)
    before = audio_of(project, media)
    changed = remake_section(project, media, project.clips[0].id, 3.0, 4.0).apply(project)
    after = audio_of(changed, media)
    differs = np.flatnonzero((before != after).any(axis=0)) / RATE_HZ
    assert 0.85 < differs.min() < 1.15
    assert 1.85 < differs.max() < 2.15
    assert len(differs) > 0.5 * RATE_HZ
    assert len(changed.takes) == 2  # the earlier one is still there


@pytest.mark.parametrize("generator", ["water", "motor", "fire", "ambience"])
def test_the_join_is_not_heard(tmp_path, generator):
    """No step larger than the takes have, no dip or bump of the level over the join."""
    project, media = session(tmp_path, generator)
    before = audio_of(project, media)
    changed = remake_section(project, media, project.clips[0].id, 3.0, 4.5).apply(project)
    after = audio_of(changed, media)
    largest = np.abs(np.diff(before)).max()
    assert np.abs(np.diff(after)).max() <= 1.5 * largest
    step = RATE_HZ // 10
    levels = [np.sqrt(np.mean(x[0][: len(x[0]) // step * step].reshape(-1, step) ** 2, axis=1))
              for x in (before, after)]  # fmt: skip
    change_db = np.abs(20 * np.log10(levels[1] / levels[0]))
    assert np.median(change_db) < 3.0


def test_the_recipe_makes_the_same_samples_again(tmp_path):
    project, media = session(tmp_path, "water")
    clip = project.clips[0].id
    project = remake_section(project, media, clip, 3.0, 4.0).apply(project)
    project = remake_section(project, media, clip, 3.6, 5.5).apply(project)
    take = project.take(project.clips[0].take_id)
    assert len(take.recipe.parameters["remade"]) == 2
    audio, recipe = sound_again(take.recipe, RATE_HZ)
    assert np.array_equal(audio, audio_of(project, media))
    assert recipe == take.recipe


@pytest.mark.parametrize(("generator", "onsets_s"), [("impacts", (2.5, 3.5)), ("cloth", ())])
def test_every_take_is_made_again_by_its_recipe(tmp_path, generator, onsets_s):
    project, media = session(tmp_path, generator, onsets_s)
    project = more_takes(project, media, ["e"]).apply(project)
    assert len(project.takes) == 2
    for take in project.takes:
        audio, recipe = sound_again(take.recipe, RATE_HZ)
        assert np.array_equal(audio, media.audio(take.audio)[0])
        assert recipe == take.recipe


def test_what_cannot_be_made_anew_is_told(tmp_path):
    project, media = session(tmp_path)
    clip = project.clips[0].id
    for start_s, end_s in ((3.0, 3.05), (9.0, 12.0), (5.0, 4.0)):
        with pytest.raises(ProjectError, match="no part of the clip"):
            remake_section(project, media, clip, start_s, end_s)
    imported = structs.replace(project.takes[0], recipe=None)
    with pytest.raises(ProjectError, match="was not generated"):
        remake_section(project.with_take(imported), media, clip, 3.0, 4.0)
    bare = structs.replace(project.takes[0].recipe, parameters={})
    with pytest.raises(ProjectError, match="does not tell its times"):
        event_of(bare)


def test_a_join_keeps_the_power_of_what_is_alike_and_what_is_not():
    rng = np.random.default_rng(0)
    one, other = rng.standard_normal((2, 1, 100_000))
    for second in (one, other, one + 0.5 * other):
        second = second / second.std()
        power = joined(one / one.std(), second).reshape(10, -1).var(axis=1)
        assert 10 * np.log10(power) == pytest.approx(np.zeros(10), abs=0.3)
    rise, fall = join_gains(one, one)
    assert rise + fall == pytest.approx(np.ones(rise.size), abs=1e-9)


def test_a_part_at_the_edge_needs_no_join_there():
    first, second = np.zeros((1, 9_600), np.float32), np.ones((1, 9_600), np.float32)
    made = spliced(first, second, 0.0, 0.1, 48_000)
    assert (made[0, :1000] == 1.0).all()
    assert made[0, -1] == 0.0
