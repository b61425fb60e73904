"""Writing so that a power cut leaves the old file or the new one, never half of one."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from engine.errors import ProjectError

_REMEDIES = {
    errno.ENOSPC: ("the disk is full", "free some space and try again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and try again"),
    errno.EFBIG: ("the file would be too large for this disk", "choose another disk"),
    errno.EROFS: ("the disk is read-only", "choose another folder"),
    errno.EACCES: ("permission denied", "choose another folder, or free its permissions"),
    errno.EPERM: ("permission denied", "choose another folder, or free its permissions"),
    errno.ENOENT: ("the folder is gone", "put it back, or save the session elsewhere"),
    errno.EEXIST: ("a file is in the way of this folder", "choose another folder"),
    errno.ENOTDIR: ("a file is in the way of this folder", "choose another folder"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter one"),
    errno.EIO: ("the disk reported an error", "save the session on another disk"),
}


def write_error(error: OSError, place: Path) -> ProjectError:
    """The error of a failed write, in words."""
    problem, remedy = _REMEDIES.get(
        error.errno or 0, (error.strerror or str(error), "check the disk and try again")
    )
    return ProjectError(f"cannot write, {problem}", place=place, remedy=remedy)


def write_atomically(path: Path, data: bytes) -> None:
    """Replace `path` by `data`: temporary file, fsync, rename, fsync of the folder.

    Raises
    ------
    ProjectError
        If that fails; `path` is then as it was, and no temporary file is left.
    """
    temporary: str | None = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.chmod(temporary, 0o644)
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise write_error(error, path) from error


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where the system can (some network disks cannot)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
