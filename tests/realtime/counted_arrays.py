"""Counts the memory that NumPy takes for arrays, with an allocator of its own (NEP 49)."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

_SET_HANDLER = 304
"""Place of `PyDataMem_SetHandler` in NumPy's table of functions."""
_PLACE, _SIZE = ctypes.c_void_p, ctypes.c_size_t
_Malloc = ctypes.CFUNCTYPE(_PLACE, _PLACE, _SIZE)
_Calloc = ctypes.CFUNCTYPE(_PLACE, _PLACE, _SIZE, _SIZE)
_Realloc = ctypes.CFUNCTYPE(_PLACE, _PLACE, _PLACE, _SIZE)
_Free = ctypes.CFUNCTYPE(None, _PLACE, _PLACE, _SIZE)


class _Handler(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char * 127),
        ("version", ctypes.c_uint8),
        ("context", _PLACE),
        ("malloc", _Malloc),
        ("calloc", _Calloc),
        ("realloc", _Realloc),
        ("free", _Free),
    ]


def _from_c(name: str, result, *arguments):
    function = getattr(ctypes.CDLL(None), name)
    function.restype, function.argtypes = result, arguments
    return function


_malloc = _from_c("malloc", _PLACE, _SIZE)
_calloc = _from_c("calloc", _PLACE, _SIZE, _SIZE)
_realloc = _from_c("realloc", _PLACE, _PLACE, _SIZE)
_free = _from_c("free", None, _PLACE)
_counts: list[list[int]] = []


def _note(size: int) -> int:
    for sizes in _counts:
        sizes.append(size)
    return size or 1


# They must live as long as any array that was made meanwhile: for ever.
_HANDLER = _Handler(
    b"counting",
    1,
    None,
    _Malloc(lambda _, size: _malloc(_note(size))),
    _Calloc(lambda _, count, size: _calloc(_note(count * size), 1)),
    _Realloc(lambda _, place, size: _realloc(place, _note(size))),
    _Free(lambda _, place, size: _free(place)),
)
_NAME = ctypes.create_string_buffer(b"mem_handler")


def _capsule():
    make = ctypes.pythonapi.PyCapsule_New
    make.restype, make.argtypes = ctypes.py_object, (_PLACE, _PLACE, _PLACE)
    return make(ctypes.addressof(_HANDLER), ctypes.addressof(_NAME), None)


def _set_handler(capsule):
    inner = getattr(np, "_core", None) or np.core
    look = ctypes.pythonapi.PyCapsule_GetPointer
    look.restype, look.argtypes = _PLACE, (ctypes.py_object, ctypes.c_char_p)
    table = ctypes.cast(look(inner._multiarray_umath._ARRAY_API, None), ctypes.POINTER(_PLACE))
    return ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(table[_SET_HANDLER])(capsule)


@contextmanager
def counted_arrays() -> Iterator[list[int]]:
    """Sizes in bytes of all that NumPy takes for arrays in this thread, as it takes it."""
    sizes: list[int] = []
    before = _set_handler(_capsule())
    _counts.append(sizes)
    try:
        yield sizes
    finally:
        _counts.remove(sizes)
        _set_handler(before)
