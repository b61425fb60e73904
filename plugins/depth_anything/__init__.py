"""Depth Anything V2 through transformers."""

from plugins.depth_anything.estimator import depth_anything

__all__ = ["depth_anything"]
