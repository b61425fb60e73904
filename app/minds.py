"""Which mind writes scripts: rules, or a language model; kept in the settings, its key apart."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from app import places
from engine.minds.endpoint import MindSettings

_ON, _SETTINGS = "mind/on", "mind/settings"
USUAL = MindSettings(base_url="http://localhost:11434/v1", model="")


def known() -> MindSettings:
    """The language model that was told last, whether or not it is in use."""
    try:
        return msgspec.json.decode(str(places.settings().value(_SETTINGS)), type=MindSettings)
    except msgspec.MsgspecError:
        return USUAL


def in_use() -> MindSettings | None:
    """The language model that writes scripts; None: rules do."""
    on = str(places.settings().value(_ON)) == "true"
    model = known()
    return model if on and model.model else None


def store(model: MindSettings, *, on: bool) -> None:
    """Keep them for later runs. There is no key in them."""
    stored = places.settings()
    stored.setValue(_ON, "true" if on else "false")
    stored.setValue(_SETTINGS, msgspec.json.encode(model).decode("utf-8"))


def called(model: MindSettings) -> str:
    """A model as people call it."""
    return f"{model.model} ({urlsplit(model.base_url).hostname})"


def limits(model: MindSettings) -> str:
    """What it may take, in words."""
    money = f" or {model.most_cost:g} of money" if model.most_cost is not None else ""
    return f"{model.most_tokens:,} tokens{money}"
