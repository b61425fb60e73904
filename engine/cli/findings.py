"""What the doctor finds: one line each."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

State = Literal["ok", "fallback", "missing"]


class Finding(Struct, frozen=True):
    """One line of the report. A 'fallback' works in a plainer way; a 'missing' does not work."""

    name: str
    value: str
    state: State = "ok"
    note: str = ""
