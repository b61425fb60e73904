"""Where the model is, and the user's consent that pictures are sent there: a small TOML file.

Nothing is asked unless such a file is given as the detector's weights::

    url = "http://127.0.0.1:8000/v1/chat/completions"
    model = "qwen2.5-vl"
    consent = "Pictures of my video may be sent to this address"

`key_variable` may name an environment variable that holds a key; `timeout_s` is for one picture.
"""

from __future__ import annotations

import urllib.parse
from pathlib import Path

import msgspec
from msgspec import Struct

from engine.errors import PluginError

CONSENT = "Pictures of my video may be sent to this address"
_LOCAL = ("localhost", "127.0.0.1", "::1")


class Endpoint(Struct, frozen=True, forbid_unknown_fields=True):
    """An address that speaks OpenAI's chat completions."""

    url: str
    model: str
    consent: str = ""
    key_variable: str = ""
    timeout_s: float = 60.0

    @property
    def host(self) -> str:
        """The machine, for people."""
        return urllib.parse.urlsplit(self.url).hostname or self.url


def read_endpoint(file: Path) -> Endpoint:
    """The endpoint of a TOML file.

    Raises
    ------
    PluginError
        If it is not there or malformed, if the address is not safe, or if consent is missing.
    """
    try:
        endpoint = msgspec.toml.decode(file.read_bytes(), type=Endpoint)
    except (OSError, msgspec.DecodeError) as error:
        raise PluginError(
            f"not the settings of a vision-language model ({error})",
            place=file,
            remedy="a TOML file with url, model and consent; see docs/seeing.md",
        ) from error
    parts = urllib.parse.urlsplit(endpoint.url)
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)):
        raise PluginError(
            f"'{endpoint.url}' is no safe address", place=file,
            remedy="https, or http to this machine",
        )  # fmt: skip
    if endpoint.consent.strip().strip(".") != CONSENT:
        raise PluginError(
            f"pictures of the video would be sent to {endpoint.host}, and nobody agreed to it",
            place=file,
            remedy=f'if you do, write into it: consent = "{CONSENT}"',
        )
    return endpoint
