"""Keys of language models: from the environment or the system's keyring, never from a session."""

from __future__ import annotations

import os
from importlib import import_module
from urllib.parse import urlsplit

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
    host = urlsplit(base_url).hostname or ""
    for variable in (KEY_VARIABLE, _OWN_VARIABLES.get(host, "")):
        value = os.environ.get(variable, "").strip() if variable else ""
        if value:
            return value
    return _from_keyring(host)


def _from_keyring(host: str) -> str | None:
    try:
        keyring = import_module("keyring")
    except ImportError:
        return None
    try:
        value = keyring.get_password(KEYRING_SERVICE, host)
    except Exception:  # a locked or missing keyring is no key
        return None
    return value or None
