"""What every part of a project is: an immutable value."""

from __future__ import annotations

from msgspec import Struct


class Value(Struct, frozen=True, kw_only=True, dict=True, omit_defaults=True):
    """Base of every value: immutable, and compared by content."""
