"""What is done with the takes of the selected clips: comp, remake a part, compare blind."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from app.clip_verbs import ClipVerbs
from app.comping import Span, next_in_time, pieces_in
from app.dialogs.asking import ask
from app.dialogs.blind_test import BlindTestDialog
from app.edit_jobs import start_edit
from app.notices import Notice
from engine.job_queue import URGENT
from engine.project.blind_test import LETTERS, BlindTest
from engine.project.edits import SetClipTake
from engine.project.edits.takes import alternatives

if TYPE_CHECKING:
    from app.window import MainWindow


class TakeVerbs(ClipVerbs):
    """Verbs on takes; each is one step of the history."""

    window: MainWindow

    def comp_take(self) -> None:
        """Let the selected clips sound their next take in the selected time; again: the next."""
        span, before = self._span(), self.session.project
        if span is None:
            return
        found = (next_in_time(before, clip, span) for clip in self.chosen_clips())
        edits = [edit for edit in found if edit is not None]
        if not edits:
            text = "Nothing to comp: select time of a clip that has several takes"
            self.session.tell(Notice(text, fades=True))
            return
        self._do_each("Comp", edits)
        self.session.selection.select_clips(pieces_in(self.session.project, before, span))

    def remake_part(self) -> None:
        """Make what the selected clip sounds in the selected time anew, in the background."""
        span, clips = self._span(), self.chosen_clips()
        if span is not None and clips:
            start_edit(
                self.session, "Make a part anew", "remake section", clips[0].id, *span,
                priority=URGENT,
            )  # fmt: skip

    def compare_blind(self) -> None:
        """Hear the takes of the selected clip's event without knowing which is which."""
        clips, project = self.chosen_clips(), self.session.project
        if not clips:
            return
        clip = clips[0]
        takes = alternatives(project, project.take(clip.take_id))[-len(LETTERS) :]
        if len(takes) < 2:
            text = "There is only one take for this clip; make another one first"
            self.session.tell(Notice(text, fades=True))
            return
        test = BlindTest.of([take.id for take in takes], secrets.randbits(32))
        dialog = BlindTestDialog(test, {take.id: take.name for take in takes}, self.window)
        audition = self.session.audition
        dialog.listen_requested.connect(lambda take_id: audition.begin(clip.id, take_id))
        audition.changed.connect(dialog.show_heard)
        try:
            chosen = ask(dialog, self.window)
        finally:
            audition.changed.disconnect(dialog.show_heard)
            audition.end()
        if chosen and dialog.favourite not in (None, clip.take_id):
            self.session.do(SetClipTake(clip_id=clip.id, take_id=str(dialog.favourite)))

    def _span(self) -> Span | None:
        span = self.session.selection.span_s
        if span is None:
            text = "Select time first: drag along the upper edge of the ruler"
            self.session.tell(Notice(text, fades=True))
        return span
