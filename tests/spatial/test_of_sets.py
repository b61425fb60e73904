"""Answers about HRIR sets are remembered while the set is at hand."""

from __future__ import annotations

import gc
import weakref

import numpy as np
from sofa_files import spherical_head

from engine.spatial.decoders import field_decoder
from engine.spatial.diffuse_field import diffuse_field_equalised
from engine.spatial.equal_loudness import ears_gain
from engine.spatial.hrir import HrirSet, hrir_set
from engine.spatial.of_sets import remembered
from engine.spatial.sphere import fibonacci_sphere


def small_set() -> HrirSet:
    directions = fibonacci_sphere(12)
    return hrir_set("head", 48_000, directions, spherical_head(directions)[0], 1.4)


def test_an_answer_is_given_again_and_the_oldest_go() -> None:
    asked: list[tuple[HrirSet, int, str]] = []

    @remembered(2)
    def about(hrirs: HrirSet, order: int, method: str = "a") -> list[int]:
        asked.append((hrirs, order, method))
        return [order]

    one, other = small_set(), small_set()
    assert about(one, 1) is about(one, 1)
    assert about(one, 1, method="b") is about(one, 1, method="b")
    assert len(asked) == 2
    about(other, 1)  # now the oldest of three is gone
    about(one, 1, method="b")
    assert len(asked) == 3
    about(one, 1)
    assert [question[0] for question in asked] == [one, one, other, one]


def test_what_is_worked_out_of_a_set_does_not_keep_it() -> None:
    hrirs = small_set()
    equalised = diffuse_field_equalised(hrirs)
    for one in (hrirs, equalised):
        assert np.isfinite(field_decoder(one, 1)).all()
        assert ears_gain(one) > 0.0
    gone = [weakref.ref(hrirs), weakref.ref(equalised)]
    del hrirs, equalised, one
    again = small_set()
    diffuse_field_equalised(again)  # lets go of what was made of sets that are gone
    gc.collect()
    assert [one() for one in gone] == [None, None]
