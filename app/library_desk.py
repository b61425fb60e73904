"""The user's own recordings in the window: searched, heard, indexed, and put to use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QTimer
from PySide6.QtWidgets import QFileDialog

from app import work
from app.background import Background
from app.edit_jobs import start_edit
from app.favourites import favourites, mark
from app.jobs import ListedJob
from app.library_answers import Answer, Question, answer, forget
from app.library_meaning import MeaningQuestions
from app.notices import Notice
from app.session import Session
from app.views.library.panel import LibraryPanel
from app.words import tr
from engine.job_queue import URGENT
from engine.library.credits import credits_of
from engine.project.model import Clip, Project

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.library.recording import Recording

_BY_WORDS = "By words: names, descriptions, categories"
_BY_LIKENESS = "By likeness: colour, movement, rhythm"
_AGAIN_MS = 2000
"""While it is indexed, what is shown is asked for again so often."""


class LibraryDesk(QObject):
    """Wires the library panel to the index and to the session."""

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self.panel = LibraryPanel()
        self._background = Background(self)
        self._meaning = MeaningQuestions(session.jobs, self)
        self._asked = Question()
        self._title = ""
        self._number = 0
        self._used: dict[str, list[str]] = {}
        self._folders: tuple[tuple[str, int], ...] = ()
        self._indexing: list[ListedJob] = []
        self._again = QTimer(self)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self._ask_again)
        self._wire()

    def _wire(self) -> None:
        panel, table, session = self.panel, self.panel.table, self._session
        panel.asked.connect(self.look)
        panel.folder_requested.connect(self.add_folder)
        panel.update_requested.connect(self.update_all)
        panel.forget_requested.connect(self._forget)
        panel.listen_requested.connect(self.listen)
        panel.event_chosen.connect(self._go_to_event)
        panel.progress.cancelled.connect(self._stop_indexing)
        table.audition_requested.connect(lambda path: session.audition.begin_recording(Path(path)))
        table.favourite_requested.connect(self._mark)
        table.like_requested.connect(self.more_like)
        table.take_requested.connect(self.as_take_of_selected)
        table.place_requested.connect(self.on_selected_track)
        session.audition.changed.connect(lambda _: self._show_marks())
        session.project_changed.connect(self._show_project)
        session.opened.connect(self.look)
        session.jobs.changed.connect(self._show_indexing)
        session.jobs.finished.connect(self._indexed)

    # -- asking -------------------------------------------------------------------------------

    def look(self) -> None:
        """Show what answers the words of the panel, where it says to look."""
        among = {"favourites": favourites(), "session": tuple(self._used)}.get(self.panel.within)
        by = self.panel.by if among is None else ""
        self._asked, self._title = Question(self.panel.words, by, among), ""
        self._ask()

    def more_like(self, path: str) -> None:
        """Show what sounds like a file."""
        self._asked = Question(like=path)
        self._title = f"{tr('Like')} {Path(path).stem}"
        self._ask()

    def _ask(self) -> None:
        self._number += 1
        number, asked = self._number, self._asked
        self._meaning.drop()
        if asked.by and any(character.isalnum() for character in asked.words):
            self.panel.tell(f"{tr('Looking for')} {asked.words} …")
            self._meaning.ask(
                asked.by,
                asked.words,
                lambda found: self._meant(number, *found),
                lambda words: self._refused(number, words),
            )
            return
        self._background.run(
            lambda: answer(asked),
            lambda found: self._answered(number, found),
            lambda error: self._refused(number, str(error)),
        )

    def _ask_again(self) -> None:
        if not self._asked.by:  # an answer by meaning is no quick matter
            self._ask()

    def _answered(self, number: int, found: Answer) -> None:
        if number == self._number:
            self._folders = found.folders
            self.panel.offer(found.listeners)
            self.panel.show_answer(found.recordings, found.folders, self._title)
            self.panel.tell_how(_BY_LIKENESS if self._asked.like else _BY_WORDS)
            self._show_marks()

    def _meant(self, number: int, recordings: tuple[Recording, ...], by: str) -> None:
        if number == self._number:
            self.panel.show_answer(recordings, self._folders, "")
            self.panel.tell_how(f"{tr('By meaning')}: {by}")
            self._show_marks()

    def _refused(self, number: int, words: str) -> None:
        if number == self._number:
            self.panel.tell(words)

    # -- the index ----------------------------------------------------------------------------

    def add_folder(self) -> None:
        """Ask for a folder of recordings, and index it."""
        name = QFileDialog.getExistingDirectory(self._window, tr("A folder of recordings"))
        if name:
            self.index(Path(name))

    def update_all(self) -> None:
        """Look for what is new or has changed in all folders."""
        for folder, _ in self._folders:
            self.index(Path(folder))

    def index(self, folder: Path) -> None:
        """Read a folder in the background, whatever session is open."""
        self._indexing.append(
            self._session.jobs.start(
                f"Index {folder.name}", lambda _: None, work.index_folder, folder, outlives=True
            )
        )
        self._again.start()
        self._show_indexing()

    def listen(self, name: str) -> None:
        """Let a listener hear what it does not know yet."""
        self._indexing.append(
            self._session.jobs.start(
                f"{name} listens", lambda _: None, work.listen_to_library, name, outlives=True
            )
        )
        self._show_indexing()

    def _stop_indexing(self) -> None:
        for listed in self._indexing:
            self._session.jobs.cancel(listed.number)

    def _show_indexing(self) -> None:
        running = [listed for listed in self._indexing if listed.running]
        if running:
            state = running[0].state
            self.panel.progress.show_progress(state.stage or "starting", state.fraction)
        else:
            self.panel.progress.show_progress("", None)

    def _indexed(self, listed: ListedJob) -> None:
        if listed not in self._indexing:
            return
        self._indexing.remove(listed)
        if not self._indexing:
            self._again.stop()
        if listed.state.state == "done":
            self._session.tell(Notice(listed.state.result.words, fades=True))
        self._show_indexing()
        self._ask()

    def _forget(self, folder: str) -> None:
        self._background.run(
            lambda: forget(folder),
            lambda _: self._ask(),
            lambda error: self._session.tell(Notice(str(error), "error")),
        )

    # -- putting to use -----------------------------------------------------------------------

    def as_take(self, path: str, clip: Clip) -> bool:
        """Let the clips of a clip's event sound a recording, as one more take; False: no event."""
        event_id = self._session.project.take(clip.take_id).event_id
        if event_id is None:
            return False
        name = f"Take from {Path(path).stem}"
        start_edit(self._session, name, "recording as take", Path(path), event_id, priority=URGENT)
        return True

    def place(self, path: str, track_id: str | None, start_s: float) -> None:
        """Put a recording on a track as it is; on none: as ambience on a new one."""
        track = self._session.project.track(track_id) if track_id is not None else None
        home = track.id if track is not None and track.kind == "object" else None
        name = f"Import {Path(path).stem}"
        start_edit(
            self._session, name, "place recording", Path(path), home, start_s, priority=URGENT
        )

    def as_take_of_selected(self, path: str) -> None:
        """The keyboard's way: the selected clip's event."""
        chosen = self._session.selection.value.clip_ids
        clips = [clip for clip in self._session.project.clips if clip.id in chosen]
        if not clips:
            self._say("Select a clip first: the recording becomes a take of its event")
        elif not self.as_take(path, clips[0]):
            self._say("This clip was not made from the script")

    def on_selected_track(self, path: str) -> None:
        """The keyboard's way: the selected track, at the playhead."""
        self.place(path, self._session.selection.value.track_id, self._session.playback.position_s)

    def drop(self, path: str, point: QPointF | None) -> None:
        """A recording was dropped on the lanes at a point, or (None) beside them."""
        lanes = self._window.timeline.lanes
        hit = lanes.hit(point) if point is not None else None
        if hit is not None and self.as_take(path, hit.clip):
            return
        if point is None:
            self.place(path, None, self._session.playback.position_s)
        else:
            track_id = lanes.rows.track_at(point.y())
            self.place(path, track_id, max(0.0, lanes.axis.time_of(point.x())))

    def what_drop_does(self, path: str, point: QPointF) -> str:
        """What a drop on the lanes at a point would do, in words."""
        hit = self._window.timeline.lanes.hit(point)
        project = self._session.project
        if hit is not None and project.take(hit.clip.take_id).event_id is not None:
            return f"{Path(path).stem}: {tr('another take of')} {hit.clip.name}"
        return Path(path).stem

    # -- showing ------------------------------------------------------------------------------

    def show(self) -> None:
        """Bring the panel forward, ready to type."""
        dock = self._window.workspace.panels["library"]
        dock.show()
        dock.raise_()
        self.panel.focus_search()

    def close(self) -> None:
        """Wait for what is being asked."""
        self._again.stop()
        self._background.finish()

    def _mark(self, path: str, favourite: bool) -> None:
        mark(path, favourite=favourite)
        self._show_marks()
        if self.panel.within == "favourites":
            self.look()

    def _show_project(self, old: Project, new: Project) -> None:
        if (old.clips, old.takes) != (new.clips, new.takes):
            self._used = {entry["path"]: entry["events"] for entry in credits_of(new)}
            self._show_marks()
            if self.panel.within == "session":
                self.look()

    def _show_marks(self) -> None:
        heard = self._session.audition.heard
        path = heard[1] if heard is not None and heard[0] == "" else ""
        self.panel.show_marks(frozenset(favourites()), self._used, path)

    def _go_to_event(self, event_id: str) -> None:
        event = next((one for one in self._session.project.events if one.id == event_id), None)
        if event is not None:
            self._session.selection.select_event(event.id, event.track_id)
            self._session.locate(event.start_s)

    def _say(self, words: str) -> None:
        self._session.tell(Notice(tr(words), fades=True))
