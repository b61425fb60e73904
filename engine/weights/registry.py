"""The registry of weights: what each file is, whose, under which licence, and its hash."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec
from msgspec import Struct

from engine import resources
from engine.errors import WeightsError

FILE = "weights/registry.toml"


class Weights(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of weights.

    Attributes
    ----------
    name : str
        What the user calls it.
    kind, part : str
        What kind of part it is for ('detector', 'depth', 'spatialiser'), and the part's name.
    title, licence, source : str
        For people: what it is, its licence, and where that is said.
    format : str
        'pickle' files run code when they are opened: only with the hash below, and on consent.
    url : str
        Where it is fetched from; empty for what was made here and comes with the program.
    size_bytes : int
    sha256 : str
        64 hexadecimal digits.
    shipped : bool
        Whether the file comes with the program.
    """

    name: str
    kind: Literal["detector", "depth", "spatialiser"]
    part: str
    title: str
    licence: str
    source: str
    format: Literal["onnx", "safetensors", "pickle"]
    url: str
    size_bytes: int
    sha256: str
    shipped: bool = False

    @property
    def file(self) -> str:
        """Its file name on disk."""
        return f"{self.name}.{_SUFFIX[self.format]}"


_SUFFIX = {"onnx": "onnx", "safetensors": "safetensors", "pickle": "pt"}


class _Registry(Struct, frozen=True, forbid_unknown_fields=True):
    weights: tuple[Weights, ...]


@cache
def registry() -> tuple[Weights, ...]:
    """All weights that are known, those preferred for a part first."""
    text = resources.path(FILE).read_bytes()
    return msgspec.toml.decode(text, type=_Registry).weights


def known(name: str) -> Weights:
    """The weights of that name.

    Raises
    ------
    WeightsError
        If there are none; the names there are, are told.
    """
    for one in registry():
        if one.name == name:
            return one
    choice = ", ".join(one.name for one in registry())
    raise WeightsError(f"there are no weights '{name}'", remedy=f"choose one of {choice}")
