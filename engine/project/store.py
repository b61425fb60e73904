"""The session on disk: a folder ``scene.foley`` that survives crashes, full disks and hands.

project.json   the last saved project, readable     journal.jsonl   every edit since
generations/   the last saves                       media/ arrays/  audio, boxes, by content hash
cache/         may be deleted                       lock            who is editing
damaged/       files that could not be read, put aside as they were
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import zlib
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import ProjectError
from engine.project.checks import check_project
from engine.project.durable import sync_folder, write_atomically, write_error
from engine.project.journal import Journal
from engine.project.journal_lines import Began, Opened, encode_line
from engine.project.lock import SessionLock
from engine.project.media_folder import AudioIntake, MediaFolder
from engine.project.model import ContentHash, Project
from engine.project.project_file import GENERATIONS, encode_project_file
from engine.project.recovery import (
    JOURNAL_FILE,
    PROJECT_FILE,
    Reading,
    Recovery,
    generation_files,
    read_bundle,
)

KEPT_GENERATIONS = 10
LONGEST_JOURNAL_BYTES = 8 << 20
"""A save empties a journal that has grown beyond this."""
_FOLDERS = (GENERATIONS, "media", "arrays", "cache")

__all__ = ["AudioIntake", "Bundle", "MediaFolder", "Recovery"]


class Bundle:
    """A session folder opened for editing (or, with `read_only`, for reading). Close it.

    Made by `create` and `open`.
    """

    def __init__(
        self, path: Path, found: Reading, lock: SessionLock | None, journal: Journal | None
    ) -> None:
        self.path = path
        self.media = MediaFolder(path)
        self._saved = found.saved
        self._saved_number = found.saved_number
        self._lock = lock
        self._journal = journal

    @classmethod
    def create(cls, path: str | Path, project: Project) -> Bundle:
        """A new session at `path`, which must not exist (or be an empty folder).

        Raises
        ------
        ProjectError
            If there is something already, or the place cannot be written; nothing is left behind.
        """
        target = Path(path).absolute()
        check_project(project)
        new: Path | None = None
        try:
            _refuse_taken(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            new = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
            new.chmod(0o755)
            _fill(new, project)
            new.rename(target)
            sync_folder(target.parent)
        except (OSError, ProjectError) as error:
            if new is not None:
                shutil.rmtree(new, ignore_errors=True)
            if isinstance(error, ProjectError):
                raise ProjectError(error.problem, place=target, remedy=error.remedy) from error
            raise write_error(error, target) from error
        bundle, _, _ = cls.open(target)
        return bundle

    @classmethod
    def open(
        cls, path: str | Path, *, read_only: bool = False, strict: bool | None = None
    ) -> tuple[Bundle, Project, Recovery | None]:
        """Open a session: the last save, and every edit after it that reached the disk.

        Parameters
        ----------
        path : path
            The bundle, or the ``project.json`` in it.
        read_only : bool
            Take no lock and change nothing: for exporting, while a window may be editing.
        strict : bool, optional
            Refuse a damaged ``project.json`` rather than open an earlier generation. Default:
            as `read_only`, since nobody is there to be told.

        Returns
        -------
        Bundle, Project, Recovery or None
            None when the project is just as it was saved.

        Raises
        ------
        ProjectError
            Not a session, being edited elsewhere, of a newer version, or nothing sound in it.
        """
        folder = _bundle_folder(Path(path).absolute())
        strict = read_only if strict is None else strict
        lock = None if read_only else SessionLock(folder / "lock")
        try:
            found = read_bundle(folder, strict=strict)
            journal = None if read_only else _take_up(folder, found)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        recovery = None
        if found.notes or (found.project is not found.saved and found.project != found.saved):
            recovery = Recovery(found.edits, found.saved, tuple(found.notes))
        return cls(folder, found, lock, journal), found.project, recovery

    @property
    def journal(self) -> Journal:
        """Where the `Document` of this session writes its edits."""
        if self._journal is None:
            raise ProjectError("the session is opened for reading only, or closed", place=self.path)
        return self._journal

    def save(self, project: Project) -> None:
        """Make `project` the saved one; the ten last saves are kept as generations.

        Raises
        ------
        ProjectError
            If the disk refuses: the last save is then untouched, and the journal still has
            every edit.
        """
        check_project(project)
        number = self.journal.number_for_saving(project)
        data = encode_project_file(project, number)
        generation = self.path / GENERATIONS / f"{number:09d}.json"
        _make_folders(self.path)
        try:
            write_atomically(generation, data)
            write_atomically(self.path / PROJECT_FILE, data)
        except ProjectError:
            generation.unlink(missing_ok=True)
            raise
        self._saved, self._saved_number = project, number
        for old in generation_files(self.path)[KEPT_GENERATIONS:]:
            with contextlib.suppress(OSError):
                old.unlink()
        if self.journal.size_bytes > LONGEST_JOURNAL_BYTES and self.journal.number == number:
            self.journal.restart(number, project)

    def discard_recovery(self) -> Project:
        """Forget everything since the last save; the project to go on with.

        Raises
        ------
        ProjectError
            If the disk refuses.
        """
        self.journal.restart(self._saved_number, self._saved)
        return self._saved

    def close(self) -> None:
        """Write what waits and let others edit. Safe to call again."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def save_or_leave(self, project: Project) -> None:
        """`save` for work that is all or nothing: after an error the journal is as it was, too.

        Raises
        ------
        ProjectError
            If the disk refuses; the session on disk has not changed, and this bundle is closed.
        """
        self.journal.flush()
        before_bytes = self.journal.size_bytes
        try:
            self.journal.number_for_saving(project)
            self.journal.flush()
            self.save(project)
        except ProjectError:
            self.journal.close()
            with contextlib.suppress(OSError):
                os.truncate(self.path / JOURNAL_FILE, before_bytes)
            self.close()
            raise

    def __enter__(self) -> Bundle:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def audio_path(self, audio: ContentHash) -> Path:
        """Where the audio of that hash is."""
        return self.media.audio_path(audio)

    def put_audio(self, samples: ArrayLike, sample_rate_hz: int) -> ContentHash:
        """Keep (channels, samples) float32 audio; see `MediaFolder.put_audio`."""
        return self.media.put_audio(samples, sample_rate_hz)

    def new_audio(self, sample_rate_hz: int, channels: int) -> AudioIntake:
        """Keep long audio block by block; see `MediaFolder.new_audio`."""
        return self.media.new_audio(sample_rate_hz, channels)

    def put_array(self, array: ArrayLike) -> ContentHash:
        """Keep a numeric array; see `MediaFolder.put_array`."""
        return self.media.put_array(array)

    def array(self, array: ContentHash) -> NDArray[np.generic]:
        """A kept array; see `MediaFolder.array`."""
        return self.media.array(array)


def _bundle_folder(path: Path) -> Path:
    folder = path.parent if path.name == PROJECT_FILE else path
    if not os.path.exists(folder):
        raise ProjectError("there is no such session", place=folder, remedy="check the path")
    if not os.path.exists(folder / PROJECT_FILE) and not generation_files(folder):
        raise ProjectError(
            "this is not a Foleystage session", place=folder, remedy="choose a .foley folder"
        )
    return folder


def _refuse_taken(target: Path) -> None:
    if os.path.lexists(target) and (not target.is_dir() or any(target.iterdir())):
        raise ProjectError(
            "there is something of that name already",
            remedy="open it, or choose another name",
        )


def _make_folders(path: Path) -> None:
    try:
        for name in _FOLDERS:
            (path / name).mkdir(exist_ok=True)
    except OSError as error:
        raise write_error(error, path) from error


def _fill(path: Path, project: Project) -> None:
    _make_folders(path)
    data = encode_project_file(project, 1)
    write_atomically(path / GENERATIONS / f"{1:09d}.json", data)
    write_atomically(path / PROJECT_FILE, data)
    write_atomically(path / JOURNAL_FILE, encode_line(Opened(n=1, follows=1)))


def _take_up(path: Path, found: Reading) -> Journal:
    """Clear what a crash left, and make the journal ready to be written on."""
    _make_folders(path)
    _clear_unfinished(path)
    file = path / JOURNAL_FILE
    if found.project_damaged:
        _put_aside(path / PROJECT_FILE)
    numbers = [int(f.stem) for f in generation_files(path)[:1]]
    latest = max([found.number, found.saved_number, *numbers])
    if found.journal_damaged or found.last_line != latest:
        if found.journal_damaged:
            _put_aside(file)
        lines = encode_line(Opened(n=latest + 1, follows=found.saved_number))
        if found.project is not found.saved:
            lines += encode_line(Began(n=latest + 2, project=found.project))
        write_atomically(file, lines)
        number = latest + 1 + (found.project is not found.saved)
        return Journal(file, number, latest + 1, found.project)
    try:
        if file.stat().st_size > found.journal_bytes:
            os.truncate(file, found.journal_bytes)
    except OSError as error:
        raise write_error(error, file) from error
    return Journal(file, found.number, found.saved_number, found.project)


def _put_aside(file: Path) -> None:
    """Keep a copy of a damaged file in ``damaged/``, once for the same content."""
    try:
        data = file.read_bytes()
    except OSError:
        return
    folder = file.parent / "damaged"
    copy = folder / f"{file.stem}-{zlib.crc32(data):08x}{file.suffix}"
    if data and not copy.exists():
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise write_error(error, folder) from error
        write_atomically(copy, data)


def _clear_unfinished(path: Path) -> None:
    """Remove temporary files of writes that a crash cut short.

    Only the holder of the lock writes projects and journals; other processes may be adding audio
    right now, see `MediaFolder.clear_unfinished`.
    """
    for folder in (path, path / GENERATIONS):
        for leftover in (*folder.glob(".*.json.*"), *folder.glob(".*.jsonl.*")):
            with contextlib.suppress(OSError):
                leftover.unlink()
    MediaFolder(path).clear_unfinished()
