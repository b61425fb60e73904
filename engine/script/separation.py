"""How sources that sound at once are kept apart: by turns, the others softer, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Separation = Literal["turns", "soft", "together"]

TURNS: Separation = "turns"
SOFT: Separation = "soft"
TOGETHER: Separation = "together"
SEPARATIONS: tuple[Separation, ...] = get_args(Separation)

ASIDE_DB: Mapping[Separation, float | None] = {TURNS: None, SOFT: -6.0, TOGETHER: 0.0}
"""Level of movers that step aside, re their own; None: as far as the one in front asks for."""
