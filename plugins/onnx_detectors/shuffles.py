"""Channel shuffles in four dimensions, which OpenCV turns five times quicker than five.

ShuffleNets (PicoDet's and NanoDet's backbones) reshape (1, C, H, W) to (1, 2, C/2, H, W), swap the
groups and reshape back. Of one picture that is a swap of (2, C/2, H, W), with the same numbers in
the same places. An ONNX file is rewritten so before it is opened, where that is surely the same;
all else in it stays as it is.

References
----------
Zhang et al., "ShuffleNet", CVPR 2018 (the shuffle). ONNX's onnx.proto: ModelProto.graph is field 7;
GraphProto.node 1, initializer 5; NodeProto.input 1, output 2, op_type 4, attribute 5;
AttributeProto.ints 8; TensorProto.dims 1, data_type 2, int64_data 7, name 8, raw_data 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

_SWAP, _SWAP_OF_FOUR = [0, 2, 1, 3, 4], [1, 0, 2, 3]
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_INT64 = 7
_GRAPH, _NODE, _INITIALIZER = 7, 1, 5
_LONGEST_SHAPE_BYTES = 256

_Field = tuple[int, int, "bytes | int"]
"""Number, wire type and content of one field."""


@dataclass(frozen=True)
class _Node:
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    swap: list[int]
    """The order of axes, of a Transpose."""


def flattened(model: bytes) -> bytes | None:
    """An ONNX file with its channel shuffles in four dimensions; None where there is none.

    A file that is no ONNX, or holds none of what was looked for, has none.
    """
    try:
        fields = list(_fields(model))
        parts = list(_fields(_all(fields, _GRAPH)[0]))
        nodes = [_node(one) for one in _all(parts, _NODE)]
        found = [_shape(one) for one in _all(parts, _INITIALIZER)]
        shapes = dict(one for one in found if one is not None)
        wanted = _shuffles(nodes, shapes)
    except (IndexError, KeyError, ValueError):
        return None
    if not wanted:
        return None
    rewritten = b"".join(
        _field(number, wire, _part(number, c, wanted)) for number, wire, c in parts
    )
    return b"".join(
        _field(number, wire, rewritten if number == _GRAPH else c) for number, wire, c in fields
    )


def _all(fields: list[_Field], wanted: int) -> list[bytes]:
    return [c for number, _, c in fields if number == wanted and isinstance(c, bytes)]


def _shuffles(nodes: list[_Node], shapes: dict[str, list[int]]) -> set[str]:
    """Names of shapes that lead to shuffles, and of the shuffles' outputs."""
    makers = {output: node for node in nodes for output in node.outputs}
    users: dict[str, list[_Node]] = {}
    for node in nodes:
        for name in node.inputs:
            users.setdefault(name, []).append(node)

    def leads_back(swap: _Node) -> bool:
        """Whether a shuffle's output is brought to a whole shape of its own."""
        after = users.get(swap.outputs[0], [])
        back = [shapes.get(one.inputs[-1], [0]) for one in after if one.kind == "Reshape"]
        return len(back) == len(after) > 0 and all(0 not in shape for shape in back)

    wanted: set[str] = set()
    for name, shape in shapes.items():
        if len(shape) != 5 or shape[:2] != [1, 2]:
            continue
        apart = users.get(name, [])
        swaps = [swap for one in apart for swap in users.get(one.outputs[0], [])]
        if (
            all(one.kind == "Reshape" and one.inputs[-1] == name for one in apart)
            and swaps
            and all(one.swap == _SWAP and leads_back(one) for one in swaps)
            and all(makers[one.inputs[0]] in apart for one in swaps)
        ):
            wanted |= {name, *(one.outputs[0] for one in swaps)}
    return wanted


def _part(number: int, content: bytes | int, wanted: set[str]) -> bytes | int:
    """A part of the graph, rewritten where it belongs to a shuffle."""
    if not isinstance(content, bytes):
        return content
    if number == _INITIALIZER:
        found = _shape(content)
        if found is not None and found[0] in wanted:
            return _four_long(content, found[1])
    if number == _NODE:
        node = _node(content)
        if node.kind == "Transpose" and node.outputs[0] in wanted:
            return b"".join(
                _field(n, wire, _of_four(c) if n == 5 and isinstance(c, bytes) else c)
                for n, wire, c in _fields(content)
            )
    return content


def _four_long(tensor: bytes, shape: list[int]) -> bytes:
    """A shape's tensor less its first number."""
    kept = b"".join(_field(*one) for one in _fields(tensor) if one[0] not in (1, 7, 9))
    raw = np.array(shape[1:], "<i8").tobytes()
    return kept + _field(1, _VARINT, len(shape) - 1) + _field(9, _BYTES, raw)


def _of_four(attribute: bytes) -> bytes:
    """A Transpose's order of axes, of the four that are left."""
    kept = b"".join(_field(*one) for one in _fields(attribute) if one[0] != 8)
    return kept + b"".join(_field(8, _VARINT, axis) for axis in _SWAP_OF_FOUR)


def _node(content: bytes) -> _Node:
    fields = list(_fields(content))
    texts = {
        n: [c.decode() for k, _, c in fields if k == n and isinstance(c, bytes)] for n in (1, 2, 4)
    }
    swap = [
        axis
        for k, _, c in fields
        if k == 5 and isinstance(c, bytes) and texts[4] == ["Transpose"]
        for axis in _ints(c, 8)
    ]
    return _Node("".join(texts[4]), tuple(texts[1]), tuple(texts[2]), swap)


def _ints(message: bytes, wanted: int) -> list[int]:
    """The whole numbers of a field, one by one or packed."""
    found: list[int] = []
    for number, _, content in _fields(message):
        if number != wanted:
            continue
        if isinstance(content, int):
            found.append(content)
            continue
        at = 0
        while at < len(content):
            value, at = _varint(content, at)
            found.append(value)
    return [value - (1 << 64) if value >> 63 else value for value in found]


def _shape(tensor: bytes) -> tuple[str, list[int]] | None:
    """Name and numbers of an initializer that may be a shape: a short row of int64."""
    if len(tensor) > _LONGEST_SHAPE_BYTES:
        return None
    fields = list(_fields(tensor))
    known = {number: content for number, _, content in fields}
    name, raw = known.get(8), known.get(9)
    is_row = sum(number == 1 for number, _, _ in fields) == 1 and known.get(2) == _INT64
    if not is_row or not isinstance(name, bytes):
        return None
    if isinstance(raw, bytes):
        return name.decode(), [int(value) for value in np.frombuffer(raw, "<i8")]
    return name.decode(), _ints(tensor, 7)


def _fields(message: bytes) -> Iterator[_Field]:
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield number, wire, value
            continue
        length = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}.get(wire)
        if length is None:
            if wire != _BYTES:
                raise ValueError(f"a field of type {wire}")
            length, at = _varint(message, at)
        if at + length > len(message):
            raise ValueError("a field that is cut off")
        yield number, wire, message[at : at + length]
        at += length


def _field(number: int, wire: int, content: bytes | int) -> bytes:
    key = _as_varint(number << 3 | wire)
    if isinstance(content, int):
        return key + _as_varint(content)
    return key + (_as_varint(len(content)) if wire == _BYTES else b"") + content


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))
