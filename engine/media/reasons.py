"""Why FFmpeg or the system refused a file, in words of ours; the raw text stays with the cause."""

from __future__ import annotations

import os

import av.error

_WORDS: tuple[tuple[type[av.error.FFmpegError], str], ...] = (
    (av.error.InvalidDataError, "its data are damaged or of an unknown kind"),
    (av.error.EOFError, "it ends too early"),
    (av.error.DecoderNotFoundError, "its codec is unknown here"),
    (av.error.DemuxerNotFoundError, "its kind is unknown here"),
    (av.error.PatchWelcomeError, "it is stored in a way that cannot be read here"),
    (av.error.NotImplementedError, "it is stored in a way that cannot be read here"),
    (av.error.ProtocolNotFoundError, "it refers to other files"),
    (av.error.MemoryError, "it asks for more memory than there is"),
    (av.error.ExternalError, "its codec gave up"),
)


def why(error: BaseException) -> str:
    """One clause that follows a colon, without numbers and paths.

    Parameters
    ----------
    error : BaseException
        From PyAV, or from the system: that one's own words are kept.
    """
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    number = getattr(error, "errno", None)
    if number and number > 0 and not isinstance(error, av.error.ArgumentError):
        words = os.strerror(number)
        return words[:1].lower() + words[1:]
    return "it is not stored as its kind of file asks"
