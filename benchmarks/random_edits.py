"""A session to edit, and a seeded stream of sensible edits of every kind on it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from msgspec import structs

from engine.errors import ProjectError
from engine.project import edits as verbs
from engine.project.edits import Edit
from engine.project.model import (
    Analysis,
    Clip,
    ClipId,
    Contact,
    ContentHash,
    EqBand,
    Event,
    EventId,
    Marker,
    Project,
    Scene,
    Take,
    TakeId,
    Track,
    TrackId,
    Trajectory,
    Video,
)

DURATION_S = 8.0
_RATE_HZ = 48_000


def sample_project(tracks: int = 3, clips: int = 2, seed: int = 1) -> Project:
    """A session as an analysis leaves it: machine-made tracks, events, takes and clips."""
    random = Random(seed)
    made = tuple(_track(random, f"object-{index}") for index in range(tracks))
    events = tuple(
        _event(random, f"{track.id}-event-{index}", track.id)
        for track in made
        for index in range(clips)
    )
    takes = tuple(_take(f"take-{event.id}", event) for event in events)
    placed = tuple(
        _clip(f"clip-{event.id}", take, event) for event, take in zip(events, takes, strict=True)
    )
    return Project(
        title="A session",
        video=_video(),
        analysis=Analysis(detector="motion"),
        tracks=made,
        events=events,
        takes=takes,
        clips=placed,
    )


def random_edit(project: Project, random: Random) -> Edit:
    """An edit that makes sense for `project`; the same state of `random` gives the same edit."""
    while True:
        edit = random.choice(_KINDS)(project, random)
        if edit is None:
            continue
        try:
            edit.apply(project)
        except ProjectError:
            continue
        return edit


def _new_id(random: Random, what: str) -> str:
    return f"{what}-{random.getrandbits(40):010x}"


def _time_s(random: Random) -> float:
    return round(random.uniform(0.0, DURATION_S), 4)


def _position(random: Random) -> tuple[float, float, float]:
    return tuple(round(random.uniform(-10.0, 10.0), 3) for _ in range(3))  # type: ignore[return-value]


def _hash(random: Random) -> ContentHash:
    return ContentHash(f"{random.getrandbits(256):064x}")


def _trajectory(random: Random) -> Trajectory:
    times_s = sorted({_time_s(random) for _ in range(random.randint(1, 8))})
    return Trajectory.from_arrays(times_s, [_position(random) for _ in times_s])


def _contacts(random: Random) -> tuple[Contact, ...]:
    times_s = sorted(_time_s(random) for _ in range(random.randint(0, 5)))
    return tuple(Contact(time_s=t, kind="step", strength=0.5) for t in times_s)


def _track(random: Random, track_id: str) -> Track:
    return Track(
        id=TrackId(track_id),
        name=track_id,
        label=random.choice(("person", "ball", "object")),
        trajectory=_trajectory(random),
        contacts=_contacts(random),
        end_s=DURATION_S,
    )


def _event(random: Random, event_id: str, track_id: str) -> Event:
    start_s = _time_s(random)
    return Event(
        id=EventId(event_id),
        track_id=TrackId(track_id),
        layer="steps",
        generator="footsteps",
        prompt="a step",
        start_s=start_s,
        duration_s=1.5,
        onsets_s=(start_s,),
        strengths=(1.0,),
        seed=random.randrange(1000),
    )


def _take(take_id: str, event: Event) -> Take:
    audio = _hash(Random(event.seed))
    return Take(
        id=TakeId(take_id),
        event_id=event.id,
        name="a step",
        audio=audio,
        sample_rate_hz=_RATE_HZ,
        channels=1,
        samples=round(event.duration_s * _RATE_HZ),
    )


def _clip(clip_id: str, take: Take, event: Event) -> Clip:
    return Clip(
        id=ClipId(clip_id),
        track_id=event.track_id,
        take_id=take.id,
        name=event.layer,
        start_s=event.start_s,
        duration_s=take.duration_s,
    )


def _video() -> Video:
    return Video(
        path="/films/demo.mp4",
        fingerprint="0" * 16,
        width=1280,
        height=720,
        duration_s=DURATION_S,
        rate_numerator=25,
        rate_denominator=1,
    )


def _of_clip(project: Project, random: Random) -> Edit | None:
    if not project.clips:
        return None
    clip = random.choice(project.clips)
    at_s, part_s = _time_s(random), round(random.uniform(0.05, 1.0), 4)
    choices: tuple[Callable[[], Edit], ...] = (
        lambda: verbs.MoveClip(clip_id=clip.id, start_s=at_s),
        lambda: verbs.MoveClipToTrack(clip_id=clip.id, track_id=random.choice(project.tracks).id),
        lambda: verbs.TrimClip(clip_id=clip.id, start_s=at_s, offset_s=0.1, duration_s=part_s),
        lambda: verbs.SplitClip(
            clip_id=clip.id,
            time_s=clip.start_s + clip.duration_s * random.uniform(0.2, 0.8),
            new_id=_new_id(random, "clip"),
        ),
        lambda: verbs.DeleteClip(clip_id=clip.id),
        lambda: verbs.SetClipGain(clip_id=clip.id, gain_db=round(random.uniform(-40, 6), 1)),
        lambda: verbs.SetClipFades(clip_id=clip.id, fade_in_s=part_s / 9, fade_out_s=part_s / 7),
        lambda: verbs.MuteClip(clip_id=clip.id, muted=not clip.muted),
        lambda: verbs.DuplicateClip(clip_id=clip.id, new_id=_new_id(random, "clip"), start_s=at_s),
        lambda: verbs.AddClip(clip=structs.replace(clip, id=_new_id(random, "clip"))),
    )
    return random.choice(choices)()


def _of_track(project: Project, random: Random) -> Edit | None:
    if not project.tracks:
        return verbs.AddTrack(track=_track(random, _new_id(random, "track")))
    track = random.choice(project.tracks)
    choices: tuple[Callable[[], Edit], ...] = (
        lambda: verbs.AddTrack(track=_track(random, _new_id(random, "track"))),
        lambda: verbs.DeleteTrack(track_id=track.id),
        lambda: verbs.RenameTrack(track_id=track.id, name=_new_id(random, "name")),
        lambda: verbs.SetTrackColour(track_id=track.id, colour=f"#{random.getrandbits(24):06x}"),
        lambda: verbs.SetTrackLabel(track_id=track.id, object_label="dog"),
        lambda: verbs.ReorderTrack(track_id=track.id, index=random.randrange(len(project.tracks))),
        lambda: verbs.SetDoppler(track_id=track.id, doppler=not track.doppler),
        lambda: verbs.SetAir(track_id=track.id, air=not track.air),
        lambda: verbs.SetStereo(track_id=track.id, stereo=not track.stereo),
        lambda: verbs.SetOcclusion(
            track_id=track.id, curve=((0.0, 0.0), (_time_s(random) + 0.1, random.random()))
        ),
        lambda: verbs.SetWidth(track_id=track.id, curve=((0.0, random.uniform(0.0, 360.0)),)),
        lambda: verbs.SetTrackEq(track_id=track.id, bands=(_band(random),)),
        lambda: verbs.SetTrackGain(track_id=track.id, gain_db=round(random.uniform(-40, 6), 1)),
        lambda: verbs.SetRoomSend(track_id=track.id, send_db=round(random.uniform(-40, 6), 1)),
        lambda: verbs.MuteTrack(track_id=track.id, muted=not track.strip.muted),
        lambda: verbs.SoloTrack(track_id=track.id, soloed=not track.strip.soloed),
    )
    return random.choice(choices)()


def _band(random: Random) -> EqBand:
    return EqBand(
        kind="bell",
        frequency_hz=round(random.uniform(50.0, 12_000.0), 1),
        gain_db=round(random.uniform(-12.0, 12.0), 1),
    )


def _of_path(project: Project, random: Random) -> Edit | None:
    if not project.tracks:
        return None
    track = random.choice(project.tracks)
    index = random.randrange(len(track.trajectory.keyframes))
    x_m, y_m, z_m = _position(random)
    held_s = track.trajectory.keyframes[index].time_s
    choices: tuple[Callable[[], Edit], ...] = (
        lambda: verbs.MoveKeyframe(
            track_id=track.id, index=index, time_s=held_s, x_m=x_m, y_m=y_m, z_m=z_m
        ),
        lambda: verbs.AddKeyframe(
            track_id=track.id, time_s=_time_s(random), x_m=x_m, y_m=y_m, z_m=z_m
        ),
        lambda: verbs.DeleteKeyframe(track_id=track.id, index=index),
        lambda: verbs.ReplaceTrajectory(track_id=track.id, trajectory=_trajectory(random)),
    )
    return random.choice(choices)()


def _of_happenings(project: Project, random: Random) -> Edit | None:
    if not project.tracks:
        return None
    track = random.choice(project.tracks)
    event = random.choice(project.events) if project.events else None
    new = _event(random, _new_id(random, "event"), track.id)
    index = random.randrange(len(track.contacts)) if track.contacts else 0
    choices: tuple[Callable[[], Edit], ...] = (
        lambda: verbs.SetEvent(event=new),
        lambda: verbs.SetEvent(event=structs.replace(event or new, level_db=-3.0)),
        lambda: verbs.DeleteEvent(event_id=event.id if event else ""),
        lambda: verbs.AddContact(
            track_id=track.id, contact=Contact(time_s=_time_s(random), kind="impact")
        ),
        lambda: verbs.MoveContact(track_id=track.id, index=index, time_s=_time_s(random)),
        lambda: verbs.DeleteContact(track_id=track.id, index=index),
    )
    return random.choice(choices)()


def _of_session(project: Project, random: Random) -> Edit | None:
    marker_id = random.choice(project.markers).id if project.markers else ""
    choices: tuple[Callable[[], Edit], ...] = (
        lambda: verbs.AddMarker(
            marker=Marker(id=_new_id(random, "marker"), time_s=_time_s(random), name="here")
        ),
        lambda: verbs.MoveMarker(marker_id=marker_id, time_s=_time_s(random)),
        lambda: verbs.RenameMarker(marker_id=marker_id, name=_new_id(random, "name")),
        lambda: verbs.DeleteMarker(marker_id=marker_id),
        lambda: verbs.SetMasterGain(gain_db=round(random.uniform(-40, 6), 1)),
        lambda: verbs.SetScene(scene=Scene(seed=random.randrange(100))),
        lambda: verbs.SetTitle(title=_new_id(random, "title")),
        lambda: verbs.SetVideo(video=random.choice((None, _video()))),
    )
    return random.choice(choices)()


def _of_machine(project: Project, random: Random) -> Edit | None:
    if not project.tracks:
        return None
    event = random.choice(project.events) if project.events else None
    track_id = random.choice(project.tracks).id
    seen = tuple(_track(random, f"object-{i}") for i in range(random.randint(0, 4)))
    bed = structs.replace(_track(random, "ambience"), kind="ambience")
    choices: tuple[Callable[[], Edit | None], ...] = (
        lambda: verbs.ApplyAnalysis(
            video=_video(),
            analysis=Analysis(detector=random.choice(("motion", "other"))),
            scene=Scene(),
            tracks=seen,
        ),
        lambda: verbs.ApplyScript(
            tracks=(bed,),
            events=tuple(_event(random, f"{track_id}-event-{i}", track_id) for i in range(3)),
        ),
        lambda: _takes(project, random),
        lambda: verbs.AddTake(take=_take(_new_id(random, "take"), event)) if event else None,
        lambda: _group(project, random),
    )
    return random.choice(choices)()


def _takes(project: Project, random: Random) -> Edit:
    takes = tuple(
        _take(f"take-{event.id}-{random.randrange(9)}", event) for event in project.events
    )
    pairs = zip(project.events, takes, strict=True)
    clips = tuple(_clip(f"clip-{event.id}", take, event) for event, take in pairs)
    return verbs.ApplyTakes(takes=takes, clips=clips)


def _group(project: Project, random: Random) -> Edit:
    first = random_edit(project, random)
    return verbs.EditGroup(
        name="Two at once", edits=(first, random_edit(first.apply(project), random))
    )


_KINDS: tuple[Callable[[Project, Random], Edit | None], ...] = (
    _of_clip,
    _of_clip,
    _of_track,
    _of_path,
    _of_happenings,
    _of_session,
    _of_machine,
)
