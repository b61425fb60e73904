"""One editor a session: a lock that a crash cannot leave behind.

The operating system holds the lock (and drops it when the process dies, however it dies); the
file's text only says who has it, for the message.
"""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from engine.errors import ProjectError
from engine.project.durable import write_error


class SessionLock:
    """Holds ``lock`` in a bundle until `release`.

    Raises
    ------
    ProjectError
        If another window, or another part of this one, edits the session; or the folder cannot
        be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise write_error(error, path) from error
        if not _try_lock(self._file):
            holder = _holder(self._file)
            os.close(self._file)
            self._file = None
            raise ProjectError(
                f"the session is being edited by {holder}",
                place=path.parent,
                remedy="close it there first",
            )
        self._sign()

    def release(self) -> None:
        """Let others edit. Safe to call again."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _sign(self) -> None:
        assert self._file is not None
        text = json.dumps({"pid": os.getpid(), "host": socket.gethostname()}) + "\n"
        try:
            os.ftruncate(self._file, 0)
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, text.encode())
        except OSError as error:
            self.release()
            raise write_error(error, self.path) from error

    def __del__(self) -> None:
        if getattr(self, "_file", None) is not None:
            self.release()


def _holder(file: int) -> str:
    try:
        os.lseek(file, 0, os.SEEK_SET)
        signed = json.loads(os.read(file, 4096))
        pid, host = int(signed["pid"]), str(signed["host"])
    except (OSError, ValueError, KeyError, TypeError):
        return "another program"
    if host != socket.gethostname():
        return f"process {pid} on {host}"
    return "this window" if pid == os.getpid() else f"another window (process {pid})"


if os.name == "nt":  # pragma: no cover (the byte far behind the text, so that it stays readable)
    import msvcrt

    def _try_lock(file: int) -> bool:
        os.lseek(file, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
