"""What the window's jobs run in their worker processes. Heavy imports happen there, not here."""

from __future__ import annotations

import signal
from importlib import import_module
from pathlib import Path
from typing import Any

from engine.jobs import Progress, silent_progress
from engine.media.lost_files import FoundFiles, LostFiles, find_again
from engine.pipeline.settings import RunSettings
from engine.project.model import Project

VERBS = {
    "another take": "engine.pipeline.more_takes:more_takes",
    "take branch": "engine.pipeline.branch:other_branch",
    "sound lines": "engine.pipeline.line_sounds:sound_lines",
    "make again": "engine.pipeline.made_again:make_again",
    "remake section": "engine.pipeline.remaking:remake_section",
    "place recording": "engine.pipeline.recordings:place_recording",
    "production sound": "engine.pipeline.production_sound:spatialise_production_sound",
    "two ears": "engine.pipeline.learned_ears:make_learned_ears",
    "recording as take": "engine.pipeline.recordings:recording_as_take",
}
"""Where the work of a verb is: a function of project and media folder, with `progress`."""


def leave_interrupts_to_the_window() -> None:
    """Ctrl+C in a terminal reaches every process of it; the window cancels its jobs itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def analyse(
    video: Path,
    project: Project,
    bundle_path: Path,
    settings: RunSettings,
    progress: Progress = silent_progress,
) -> Any:
    """From picture to takes; the answer is one edit for the session to apply."""
    leave_interrupts_to_the_window()
    from engine.pipeline.produce import analyse_and_compose

    return analyse_and_compose(video, project, bundle_path, settings, progress)


def follow(
    video: Path,
    project: Project,
    bundle_path: Path,
    time_s: float,
    shown: tuple[float, ...],
    progress: Progress = silent_progress,
) -> Any:
    """Follow what was pointed at; the answer is the edit that adds its track."""
    leave_interrupts_to_the_window()
    from engine.pipeline.click_and_follow import follow_shown
    from engine.project.media_folder import MediaFolder

    media = MediaFolder(bundle_path)
    return follow_shown(video, project, media, time_s, shown, progress=progress)


def copy_session(source: Path, target: Path, progress: Progress = silent_progress) -> Path:
    """Copy a session's folder; the answer is where the copy is."""
    leave_interrupts_to_the_window()
    from engine.project.copying import copy_session as copy

    progress("copying", 0.0)
    return copy(source, target)


def edit_by(
    verb: str,
    project: Project,
    bundle_path: Path,
    *arguments: Any,
    progress: Progress = silent_progress,
) -> Any:
    """What a verb of `VERBS` answers for a session; most answer the edit to apply."""
    leave_interrupts_to_the_window()
    from engine.project.media_folder import MediaFolder

    module, _, name = VERBS[verb].partition(":")
    work = getattr(import_module(module), name)
    return work(project, MediaFolder(bundle_path), *arguments, progress=progress)


def most_taken_by_mind(
    project: Project, settings: RunSettings, progress: Progress = silent_progress
) -> Any:
    """What a script takes of a language model at the most; nothing is sent."""
    leave_interrupts_to_the_window()
    from engine.pipeline.scripting import most_taken_by_mind as most_taken

    return most_taken(project, settings, progress)


def index_folder(folder: Path, progress: Progress = silent_progress) -> Any:
    """Bring the library up to date with a folder; the answer tells what was done."""
    leave_interrupts_to_the_window()
    from engine.library.database import Database
    from engine.library.indexing import index_folder as index

    with Database() as database:
        return index(database, folder, progress=progress)


def listen_to_library(name: str, progress: Progress = silent_progress) -> Any:
    """Let a listener hear all recordings of the library; the answer tells what was done."""
    leave_interrupts_to_the_window()
    from engine.library.database import Database
    from engine.library.meaning import listen
    from engine.plugins import create

    with Database() as database:
        return listen(database, create("listener", name), progress)


def search_by_meaning(
    name: str, words: str, limit: int, progress: Progress = silent_progress
) -> Any:
    """(recordings, by what they were found) that sound like what words say."""
    leave_interrupts_to_the_window()
    from engine.library.database import Database
    from engine.library.meaning import heard, search_meaning
    from engine.plugins import create

    listener = create("listener", name)
    with Database() as database:
        progress(f"{listener.name} looks for {words}", 0.0)
        found = search_meaning(database, listener, words, limit)
        return tuple(found), heard(database, listener).words


def import_sound(
    audio: Path,
    project: Project,
    bundle_path: Path,
    convention: Any,
    start_s: float,
    track_id: str | None = None,
    progress: Progress = silent_progress,
) -> Any:
    """A sound file on a track, or as ambience; the answer is one edit for the session to apply."""
    leave_interrupts_to_the_window()
    from engine.pipeline.importing import import_ambience, import_on_track
    from engine.project.media_folder import MediaFolder

    if track_id is not None:
        media = MediaFolder(bundle_path)
        return import_on_track(media, project, audio, track_id, start_s=start_s, progress=progress)
    return import_ambience(
        MediaFolder(bundle_path), project, audio, convention=convention, start_s=start_s,
        progress=progress,
    )  # fmt: skip


def find_files(
    lost: LostFiles, folder: Path, bundle_path: Path, progress: Progress = silent_progress
) -> FoundFiles:
    """Look for lost files; sounds that are found lie in the bundle afterwards."""
    leave_interrupts_to_the_window()
    from engine.project.media_folder import MediaFolder

    return find_again(lost, folder, MediaFolder(bundle_path), progress)


def saliency(video: Path, progress: Progress = silent_progress) -> Any:
    """What strikes the eye in a video: (t,) seconds and (t, h, w) energies."""
    leave_interrupts_to_the_window()
    from engine.vision.saliency import saliency_of

    return saliency_of(video, progress=progress)


def light_copy(
    video: Path, target: Path, width_px: int, progress: Progress = silent_progress
) -> Any:
    """A film's light copy; see `engine.media.light_copy`."""
    leave_interrupts_to_the_window()
    from engine.media.light_copy import make_light_copy

    return make_light_copy(video, target, width_px, progress)


def export(
    project: Project,
    bundle_path: Path,
    formats: tuple[str, ...],
    out_dir: Path,
    options: dict[str, bool],
    progress: Progress = silent_progress,
) -> str:
    """Write deliverables into `out_dir`; the answer is that folder.

    `options` may be `allow_missing` (lost sounds are silent) and `as_mixed` (without target and
    limiter).
    """
    leave_interrupts_to_the_window()
    from engine.deliver.bounce import DeliveryOptions, deliver
    from engine.project.store import Bundle

    out_dir.mkdir(parents=True, exist_ok=True)
    bundle, _, _ = Bundle.open(bundle_path, read_only=True)
    with bundle:
        chosen = DeliveryOptions(
            allow_missing=options.get("allow_missing", False),
            as_mixed=options.get("as_mixed", False),
        )
        deliver(project, bundle, formats, out_dir, progress, chosen)
    return str(out_dir)
