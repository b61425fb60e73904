"""Between an editor's gestures and the document: each is opened and closed exactly once.

The release of a button can get lost (a menu opens, another window takes the pointer). The next
gesture of the same editor then ends the last one, so that undo is never shut out.
"""

from __future__ import annotations

from app.intents import EditingWidget
from app.session import Session


class GestureGate:
    """Passes one editor's gestures on to whatever document the session has."""

    def __init__(self, session: Session, editor: EditingWidget) -> None:
        self._session = session
        self._document: object = None
        editor.gesture_began.connect(self._begin)
        editor.gesture_ended.connect(self._end)
        editor.gesture_cancelled.connect(self._cancel)

    def _begin(self) -> None:
        self._end()
        self._document = self._session.document
        self._session.document.begin_gesture()

    def _end(self) -> None:
        if self._document is self._session.document:
            self._session.document.end_gesture()
        self._document = None

    def _cancel(self) -> None:
        if self._document is self._session.document:
            self._session.document.cancel_gesture()
        self._document = None
