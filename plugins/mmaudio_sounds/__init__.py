"""Sound made for the picture by MMAudio, where its package is installed."""

from plugins.mmaudio_sounds.generator import mmaudio

__all__ = ["mmaudio"]
