"""Keys of language models: from the environment or the system's keyring, never from a session."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from engine.errors import MindError

KEY_VARIABLE = "FOLEYSTAGE_MIND_KEY"
"""Environment variable with the key of whatever is asked."""
_OWN_VARIABLES = {"api.openai.com": "OPENAI_API_KEY"}
"""Variables that belong to one host, and are sent to no other."""
KEYRING_SERVICE = "foleystage"


def key_for(base_url: str) -> str | None:
    """The key for a server, or None where there is none.

    First the environment's `FOLEYSTAGE_MIND_KEY`, then the host's own variable, then the system's
    keyring (service 'foleystage', user: the host), where the package `keyring` is installed.
    """
    host = _host(base_url)
    variable = _variable_with_key(host)
    return os.environ[variable].strip() if variable else _from_keyring(host)


def where_key_is(base_url: str) -> str:
    """Where the key for a server comes from: a variable's name, 'keyring', or '' for nowhere."""
    host = _host(base_url)
    return _variable_with_key(host) or ("keyring" if _from_keyring(host) else "")


def can_keep_keys() -> bool:
    """Whether the package `keyring` is installed."""
    return _keyring() is not None


def keep_key(base_url: str, key: str) -> None:
    """Keep the key for a server in the system's keyring; '' takes it out.

    Raises
    ------
    MindError
        If there is no keyring, or it refuses.
    """
    keyring, host = _keyring(), _host(base_url)
    if keyring is None or not host:
        raise MindError(
            "the key cannot be kept: there is no keyring",
            remedy=f"put it into the environment variable {KEY_VARIABLE}",
        )
    try:
        if key.strip():
            keyring.set_password(KEYRING_SERVICE, host, key.strip())
        elif _from_keyring(host):
            keyring.delete_password(KEYRING_SERVICE, host)
    except Exception as error:  # whatever the system's keyring is, it says no
        raise MindError(
            f"the keyring refuses the key ({type(error).__name__})",
            remedy=f"unlock it, or put the key into the variable {KEY_VARIABLE}",
        ) from error


def _host(base_url: str) -> str:
    try:
        return urlsplit(base_url).hostname or ""
    except ValueError:
        return ""


def _variable_with_key(host: str) -> str:
    for variable in (KEY_VARIABLE, _OWN_VARIABLES.get(host, "")):
        if variable and os.environ.get(variable, "").strip():
            return variable
    return ""


def _keyring() -> Any:
    try:
        return import_module("keyring")
    except ImportError:
        return None


def _from_keyring(host: str) -> str | None:
    keyring = _keyring()
    if keyring is None or not host:
        return None
    try:
        value = keyring.get_password(KEYRING_SERVICE, host)
    except Exception:  # a locked or missing keyring is no key
        return None
    return value or None
