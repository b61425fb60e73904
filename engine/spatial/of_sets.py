"""What is worked out of an HRIR set is remembered as long as the set is at hand, and no longer.

A set and what is made of it take a hundred megabytes, at 192 kHz some hundreds. A plain cache that
has a set for its key would keep it for as long as its answer, after nobody else needs it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from weakref import ref

if TYPE_CHECKING:
    from engine.spatial.hrir import HrirSet

P = ParamSpec("P")
R = TypeVar("R")
_Of = Callable[Concatenate["HrirSet", P], R]


def remembered(most: int) -> Callable[[_Of[P, R]], _Of[P, R]]:
    """Remember the last `most` answers of a function of an HRIR set, each while its set lives.

    What is answered must not hold the set itself. Safe in several threads, of which two may make
    the same at once.
    """

    def remembering(make: _Of[P, R]) -> _Of[P, R]:
        held: OrderedDict[tuple[ref[HrirSet], Any, Any], R] = OrderedDict()
        lock = threading.Lock()

        @wraps(make)
        def answer(hrirs: HrirSet, *more: P.args, **named: P.kwargs) -> R:
            key = (ref(hrirs), more, tuple(sorted(named.items())))
            with lock:
                if key in held:
                    held.move_to_end(key)
                    return held[key]
            made = make(hrirs, *more, **named)
            with lock:
                for gone in [one for one in held if one[0]() is None]:
                    del held[gone]
                held[key] = made
                while len(held) > most:
                    held.popitem(last=False)
            return made

        return answer

    return remembering
