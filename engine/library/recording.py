"""One recording of the library, as the index knows it."""

from __future__ import annotations

from msgspec import Struct


class Recording(Struct, frozen=True, kw_only=True):
    """A sound file and what is known of it.

    Attributes
    ----------
    path : str
        Absolute.
    title, description, keywords : str
        What its name and its metadata say.
    category, subcategory : str
        Of the Universal Category System, in capitals; '' where nothing tells.
    creator, source, licence : str
        Who recorded it, where it comes from, and what it may be used for; '' where nothing tells.
    duration_s : float
    sample_rate_hz, channels : int
    likeness : float
        How well it answers a question (0..1, 1 best); 0 where none was asked.
    """

    path: str
    title: str = ""
    description: str = ""
    keywords: str = ""
    category: str = ""
    subcategory: str = ""
    creator: str = ""
    source: str = ""
    licence: str = ""
    duration_s: float = 0.0
    sample_rate_hz: int = 0
    channels: int = 0
    likeness: float = 0.0
