"""Sixteen float32 numbers as one value that compiled code keeps in a register.

A loop leaves it to the compiler whether it becomes vector code; straight-line code over `lanes`
always does, on any processor (split into narrower registers where they are narrower). Every
operation is a fixed one, so that results do not depend on how a function was optimised.

Functions over lanes are compiled once and put in where they are called by LLVM
(``forceinline=True``): Numba's own ``inline="always"`` would work out their types anew at every
call, which takes several times as long. Only those that hand on a literal need the latter. A whole
number that is no literal keeps callees from being compiled twice: ``np.int64(0)``.
"""

from __future__ import annotations

import operator
from functools import partial
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

LANES = 16

_FLOATS = ir.VectorType(ir.FloatType(), LANES)
_INDICES = ir.VectorType(ir.IntType(32), LANES)
_INT32 = ir.IntType(32)


class LanesType(types.Type):
    """Numba's type of sixteen float32."""

    def __init__(self) -> None:
        super().__init__(name="lanes")


lanes = LanesType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager, type_) -> None:
        super().__init__(manager, type_, _FLOATS)


def _instruction(function, **options) -> Any:
    """A function that writes instructions, called in compiled code without its first argument."""
    return intrinsic(**options)(function) if options else intrinsic(function)


def _operation(symbol, instruction) -> None:
    @infer_global(symbol)
    class _Typing(AbstractTemplate):
        def generic(self, args, kws):
            if not kws and tuple(args) == (lanes, lanes):
                return signature(lanes, lanes, lanes)
            return None

    @lower_builtin(symbol, lanes, lanes)
    def _lower(context, builder, signature_, values):
        return getattr(builder, instruction)(*values)


_operation(operator.add, "fadd")
_operation(operator.sub, "fsub")
_operation(operator.mul, "fmul")


def _call(builder, name, values):
    kind = ir.FunctionType(_FLOATS, [_FLOATS] * len(values))
    function = cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f32")
    return builder.call(function, values)


def _spread(builder, number):
    nothing = ir.Constant(_FLOATS, ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(_INT32, 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(_INDICES, [0] * LANES))


def _place(context, builder, array_type, array, index, kind):
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), kind.as_pointer())


@_instruction
def load(typing, array, place):
    """Sixteen numbers of a flat float32 array, from index `place` on (not checked)."""

    def generate(context, builder, signature_, values):
        index = context.cast(builder, values[1], signature_.args[1], types.intp)
        value = builder.load(
            _place(context, builder, signature_.args[0], values[0], index, _FLOATS)
        )
        value.align = 4
        return value

    return lanes(array, place), generate


@_instruction
def store(typing, array, place, value):
    """Write sixteen numbers to a flat float32 array, from index `place` on (not checked)."""

    def generate(context, builder, signature_, values):
        index = context.cast(builder, values[1], signature_.args[1], types.intp)
        target = _place(context, builder, signature_.args[0], values[0], index, _FLOATS)
        builder.store(values[2], target).align = 4
        return context.get_dummy_value()

    return types.void(array, place, value), generate


@_instruction
def spread(typing, number):
    """The same number in all lanes."""

    def generate(context, builder, signature_, values):
        return _spread(builder, context.cast(builder, values[0], signature_.args[0], types.float32))

    return lanes(number), generate


@_instruction
def every(typing, array, place):
    """The number of a flat float32 array at index `place` (not checked), in all lanes."""

    def generate(context, builder, signature_, values):
        index = context.cast(builder, values[1], signature_.args[1], types.intp)
        number = _place(context, builder, signature_.args[0], values[0], index, ir.FloatType())
        return _spread(builder, builder.load(number))

    return lanes(array, place), generate


@_instruction
def fma(typing, a, b, c):
    """a * b + c, rounded once where the processor can."""

    def generate(context, builder, signature_, values):
        return _call(builder, "llvm.fmuladd", values)

    return lanes(a, b, c), generate


@_instruction
def fnma(typing, a, b, c):
    """c - a * b, rounded once where the processor can."""

    def generate(context, builder, signature_, values):
        return _call(builder, "llvm.fmuladd", [builder.fneg(values[0]), values[1], values[2]])

    return lanes(a, b, c), generate


@_instruction
def nearest(typing, a):
    """Rounded to whole numbers, halves to even."""

    def generate(context, builder, signature_, values):
        return _call(builder, "llvm.rint", values)

    return lanes(a), generate


@_instruction
def magnitude(typing, a):
    """Sizes without signs."""

    def generate(context, builder, signature_, values):
        return _call(builder, "llvm.fabs", values)

    return lanes(a), generate


@_instruction
def larger(typing, a, b):
    """The larger of each two; of a number and what is none, the number."""

    def generate(context, builder, signature_, values):
        return _call(builder, "llvm.maxnum", values)

    return lanes(a, b), generate


@_instruction
def within(typing, a, least, most):
    """Each number whose size is between `least` and `most`; 0 for others, and for no number."""

    def generate(context, builder, signature_, values):
        size = _call(builder, "llvm.fabs", values[:1])
        low, high = (
            _spread(builder, context.cast(builder, value, kind, types.float32))
            for value, kind in zip(values[1:], signature_.args[1:], strict=True)
        )
        inside = builder.and_(
            builder.fcmp_ordered(">=", size, low), builder.fcmp_ordered("<=", size, high)
        )
        return builder.select(inside, values[0], ir.Constant(_FLOATS, [0.0] * LANES))

    return lanes(a, least, most), generate


@_instruction
def prefetch(typing, array, place):
    """Hint that the memory at index `place` is read soon. Any index is allowed."""

    def generate(context, builder, signature_, values):
        index = context.cast(builder, values[1], signature_.args[1], types.intp)
        target = _place(context, builder, signature_.args[0], values[0], index, ir.IntType(8))
        kind = ir.FunctionType(ir.VoidType(), [target.type, _INT32, _INT32, _INT32])
        function = builder.module.declare_intrinsic("llvm.prefetch", [target.type], kind)
        read, near, data = 0, 3, 1
        builder.call(function, [target, *(ir.Constant(_INT32, n) for n in (read, near, data))])
        return context.get_dummy_value()

    return types.void(array, place), generate


@partial(_instruction, prefer_literal=True)
def trade(typing, a, b, step):
    """Swap b's even blocks of `step` lanes with a's odd ones: a stage of a transposition.

    `step` is a literal 1, 2, 4 or 8. Returns (a's even blocks each followed by b's even block,
    a's odd blocks each followed by b's odd block).
    """
    if not isinstance(step, types.IntegerLiteral):
        return None
    width = step.literal_value
    even = [lane if not lane & width else lane - width + LANES for lane in range(LANES)]
    odd = [lane + width if not lane & width else lane + LANES for lane in range(LANES)]

    def generate(context, builder, signature_, values):
        shuffled = [
            builder.shuffle_vector(values[0], values[1], ir.Constant(_INDICES, order))
            for order in (even, odd)
        ]
        return context.make_tuple(builder, signature_.return_type, shuffled)

    return types.UniTuple(lanes, 2)(a, b, step), generate
