"""A vision-language model at an address of the user's, asked for boxes (FoleyDesigner 3.2.1)."""

from plugins.vision_language.detector import vision_language

__all__ = ["vision_language"]
