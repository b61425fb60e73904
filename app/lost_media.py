"""Sounds, pictures and sets that are not in their places: told once, found again by one pick."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from app import work
from app.background import Background
from app.notices import Notice
from app.session import Session
from app.words import said, tr
from engine.errors import FoleystageError
from engine.media.lost_files import FoundFiles, LostFiles, lost_files
from engine.media.probe import fingerprint, probe_video
from engine.project.edits import Edit, EditGroup, SetScene, SetVideo

if TYPE_CHECKING:
    from engine.pipeline.made_again import MadeAgain

_NAMED = 3


class LostMedia(QObject):
    """Looks when a session is opened; asks for one folder and takes everything from there.

    Parameters
    ----------
    window : QWidget
        The parent of file dialogs, which open only when the user asks for them.
    """

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._background = Background(self)
        self._lost = LostFiles()
        self._fills: Path | None = None
        session.troubles.is_told = self._has_told
        session.opened.connect(self.look)

    def look(self) -> None:
        """Look off the window's thread whether anything is lost, and tell."""
        bundle, project = self._session.bundle, self._session.project
        if bundle is None:
            return
        media, self._lost = bundle.media, LostFiles()
        fills, self._fills = self._fills == bundle.path, None

        def tell(lost: LostFiles) -> None:
            if self._session.bundle is bundle and lost.words:
                self._lost = lost
                if fills:
                    self.make_again(tr("Make the demo's sounds"))
                else:
                    self._session.tell(Notice(sentence(lost), "warning", self._actions(lost)))

        self._background.run(lambda: lost_files(project, media), tell, lambda error: None)

    def now(self) -> LostFiles:
        """What is lost at this moment."""
        session = self._session
        if session.bundle is None:
            return LostFiles()
        return lost_files(session.project, session.bundle.media)

    def refuses_export(self, formats: tuple[str, ...], folder: Path, **options: bool) -> bool:
        """Whether sounds are lost; the user may then find them or export without them."""
        lost = LostFiles(sounds=self.now().sounds)
        if not lost.words:
            return False
        without = (
            tr("Export without them"),
            lambda: self._session.export(formats, folder, **options, allow_missing=True),
        )
        text = f"{tr('Not exported.')} {sentence(lost)}"
        self._session.tell(Notice(text, "warning", (*self._actions(lost), without)))
        return True

    def pick_folder(self) -> None:
        """Ask where to look; all that is lost is looked for in there and below."""
        lost = self.now()
        if not lost.words:
            self._session.tell(
                Notice(tr("All files of this session are in their places"), fades=True)
            )
            return
        name = QFileDialog.getExistingDirectory(self._window, tr("Where are the missing files?"))
        if name:
            self.search(Path(name))
        else:
            self._session.tell(Notice(sentence(lost), "warning", self._actions(lost)))

    def pick_picture(self) -> None:
        """Ask for the picture; what else is lost is looked for around it."""
        name, _ = QFileDialog.getOpenFileName(self._window, tr("Where is the picture?"))
        if not name:
            return
        self.take_picture(Path(name))
        if self.now().words:
            self.search(Path(name).parent)

    def take_picture(self, path: Path) -> None:
        """The picture is here now."""
        video = self._session.project.video
        if video is None:
            return
        try:
            found = probe_video(path)
            same = fingerprint(path) == video.fingerprint
        except FoleystageError as error:
            self._session.tell(Notice(str(error), "error"))
            return
        if not same:
            text = f"{path.name} is not the file this session was made with; it is used anyway"
            self._session.tell(Notice(text, "warning"))
        self._session.do(SetVideo(video=found))

    def search(self, folder: Path) -> None:
        """Look for everything that is lost in a folder and below, as a background job."""
        bundle, lost = self._session.bundle, self.now()
        if bundle is not None and lost.words:
            self._session.jobs.start(
                f"Find missing files in {folder.name}",
                lambda found: self._take(found) if self._session.bundle is bundle else None,
                work.find_files, lost, folder, bundle.path,
            )  # fmt: skip

    def fill_next(self, bundle_path: Path) -> None:
        """When this session is opened its sounds are made without a question."""
        self._fills = bundle_path

    def make_again(self, name: str = "Make lost sounds again") -> None:
        """Make the generated sounds that are lost again, as a background job."""
        bundle = self._session.bundle
        if bundle is not None:
            self._session.jobs.start(
                name,
                lambda made: self._take_made(made) if self._session.bundle is bundle else None,
                work.edit_by, "make again", self._session.project, bundle.path,
            )  # fmt: skip

    def close(self) -> None:
        """Wait for what is being looked at."""
        self._background.finish()

    def _take(self, found: FoundFiles) -> None:
        session = self._session
        edits: list[Edit] = [SetVideo(video=found.video)] if found.video is not None else []
        paths = {"hrir": found.hrir, "room": found.room}
        changed = {name: path for name, path in paths.items() if path is not None}
        if changed:
            edits.append(SetScene(scene=structs.replace(session.project.scene, **changed)))
        if edits:
            session.do(EditGroup(name="Find missing files", edits=tuple(edits)))
        if found.sounds:
            self._lost = LostFiles()
            session.media.read_again(found.sounds)
            session.send_again()
        count = len(found.sounds) + len(changed) + (found.video is not None)
        left = self.now()
        if left.words:
            found_words = said("{count} found.", count=count) if count else tr("Not there.")
            text = f"{found_words} {sentence(left)}"
            session.tell(Notice(text, "warning", self._actions(left)))
        else:
            session.tell(Notice(tr("All missing files are found"), fades=True))

    def _take_made(self, made: MadeAgain) -> None:
        session = self._session
        if made.edit is not None:
            session.do(made.edit)
        if made.restored:
            self._lost = LostFiles()
            session.media.read_again(made.restored)
            session.send_again()
        left = self.now()
        if made.failed:
            more = f" and {len(made.failed) - 1} more" if len(made.failed) > 1 else ""
            text = f"Not made again: {made.failed[0]}{more}"
            session.tell(Notice(text, "warning", (self._find_action(),)))
        elif left.words:
            session.tell(Notice(sentence(left), "warning", (self._find_action(),)))
        else:
            session.tell(Notice(tr("All lost sounds are made again"), fades=True))

    def _has_told(self, problem: str) -> bool:
        """Whether what the engine cannot play is a file that is known to be lost."""
        return any(take.audio in problem for take in self._lost.sounds)

    def _actions(self, lost: LostFiles) -> tuple[tuple[str, Callable[[], None]], ...]:
        """What can be done about lost files; generated sounds need not be found."""
        find = self._find_action()
        if any(take.recipe is not None for take in lost.sounds):
            return find, (tr("Make the sounds again"), self.make_again)
        return (find,)

    def _find_action(self) -> tuple[str, Callable[[], None]]:
        return tr("Find the files…"), self.pick_folder


def sentence(lost: LostFiles) -> str:
    """What is missing, in a line."""
    words = lost.words
    named = ", ".join(words[:_NAMED])
    if len(words) > _NAMED:
        return said("Missing: {names} and {count} more", names=named, count=len(words) - _NAMED)
    return said("Missing: {names}", names=named)
