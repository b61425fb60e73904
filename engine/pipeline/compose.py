"""The sound's part of a run: tracks -> Foley script -> takes -> clips, as edits."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.jobs import Progress, silent_progress
from engine.pipeline.balance import Balance
from engine.pipeline.film_pictures import film_of
from engine.pipeline.focus import focus_movers
from engine.pipeline.master import level_mix
from engine.pipeline.scripting import script_for
from engine.pipeline.sections import Section, sections
from engine.pipeline.settings import RunSettings
from engine.pipeline.sounding import Sound, settled, sound_of, with_generator
from engine.project.edits import ApplyScript, ApplyTakes, Edit, SetScriptTree
from engine.project.model import Clip, ClipId, Event, Project, Take, TakeId
from engine.project.store import MediaFolder
from engine.script.script import Script
from engine.script.tree.writing import separation_of

Ear = Callable[[Event, Clip, NDArray[np.float32]], None]

_WORKERS = 2
_AHEAD = 4
"""Takes are made side by side; numpy and scipy leave the interpreter free while they work.
No more than `_AHEAD` wait in memory."""


def compose(
    project: Project,
    media: MediaFolder,
    settings: RunSettings,
    progress: Progress = silent_progress,
) -> tuple[Edit, ...]:
    """Write the Foley script for `project` and make a take for every event in it.

    Returns
    -------
    tuple of Edit
        `SetScriptTree`, `ApplyScript`, `ApplyTakes`, `ApplyFocus`, then `ApplyMasterGain`; what a
        hand has made stays. Events whose peak would stand too far above the film are lowered (see
        `engine.pipeline.balance`), volumes automated where what moves is not heard to (see
        `engine.pipeline.focus`), and master and trims set (see `engine.pipeline.master`).

    Raises
    ------
    ScriptError
        If ``settings.script`` or ``settings.screenplay`` is malformed.
    PluginError
        If the chosen generator is missing or answers nonsense.
    CancelledError
        From `progress`.
    """
    progress("writing the Foley script", 0.0)
    script, tree = script_for(project, settings, progress)
    if tree is not None:
        settings = structs.replace(settings, separation=separation_of(tree))
    return (SetScriptTree(tree=tree), *sound_script(project, script, media, settings, progress))


def sound_script(
    project: Project,
    script: Script,
    media: MediaFolder,
    settings: RunSettings,
    progress: Progress = silent_progress,
) -> tuple[Edit, ...]:
    """Bring a script into `project` and make a take for every event in it; see `compose`."""
    events = with_generator(script.events, settings.generator)
    apply_script = ApplyScript(tracks=script.tracks, events=events)
    scripted = apply_script.apply(project)
    kept = {event.id: event for event in scripted.events}
    wanted = tuple(kept[event.id] for event in events if event.id in kept)
    balance = Balance(scripted)
    takes, clips = make_takes(
        wanted, project.sample_rate_hz, media, progress, balance.hear, film_of(project)
    )
    events = balance.events(events)
    apply_takes = ApplyTakes(takes=takes, clips=balance.clips(clips))
    sounding = apply_takes.apply(structs.replace(apply_script, events=events).apply(project))
    focus = focus_movers(sounding, media.audio_path, progress, settings.separation)
    apply_script = structs.replace(apply_script, events=focus.events(events, sounding))
    edits = (apply_script, apply_takes, focus.edit)
    outline = balance.outline()
    return *edits, *level_mix(focus.edit.apply(sounding), media, progress, outline)


def make_takes(
    events: tuple[Event, ...],
    sample_rate_hz: int,
    media: MediaFolder,
    progress: Progress = silent_progress,
    ear: Ear = lambda event, clip, audio: None,
    film: Path | None = None,
) -> tuple[tuple[Take, ...], tuple[Clip, ...]]:
    """Takes and clips of events, their audio kept in `media`; order follows `events`.

    An event makes one take and one clip, a long one several (see `engine.pipeline.sections`).
    `ear` is given each clip with its event and the take's (channels, samples); generators that see
    are shown `film`.
    """
    parts = [(event, part) for event in events for part in sections(settled(event, film))]
    takes: list[Take] = []
    clips: list[Clip] = []
    with ThreadPoolExecutor(_WORKERS) as pool:
        ahead: deque[Future[Sound]] = deque()
        upcoming = iter(parts)
        try:
            for index, (event, part) in enumerate(parts):
                progress("making the sounds", index / len(parts))
                for _, further in islice(upcoming, _AHEAD - len(ahead)):
                    ahead.append(pool.submit(sound_of, further.event, sample_rate_hz))
                sound = ahead.popleft().result()
                take, clip = _place(event, part, sound, sample_rate_hz, media)
                ear(event, clip, sound[0])
                takes.append(take)
                clips.append(clip)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    progress("making the sounds", 1.0)
    return tuple(takes), tuple(clips)


def _place(
    event: Event,
    part: Section,
    sound: Sound,
    sample_rate_hz: int,
    media: MediaFolder,
) -> tuple[Take, Clip]:
    audio, recipe = sound
    content = media.put_audio(audio, sample_rate_hz)
    take = Take(
        id=TakeId(f"take-{part.event.id}-{content[:8]}"),
        event_id=event.id,
        name=event.prompt or event.layer,
        audio=content,
        sample_rate_hz=sample_rate_hz,
        channels=audio.shape[0],
        samples=audio.shape[1],
        recipe=recipe,
    )
    clip = Clip(
        id=ClipId(f"clip-{part.event.id}"),
        track_id=event.track_id,
        take_id=take.id,
        name=event.layer,
        start_s=part.event.start_s,
        duration_s=take.duration_s,
        gain_db=event.level_db,
        fade_in_s=part.fade_in_s,
        fade_out_s=part.fade_out_s,
        muted=event.muted,
    )
    return take, clip
