"""Pairs that cost least: SciPy's own answer, whatever the shape and however many ties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linear_sum_assignment

from engine.vision.assignment import assign

_SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 9))


def _is_scipys(cost):
    rows, columns = assign(cost)
    expected_rows, expected_columns = linear_sum_assignment(cost)
    assert rows.tolist() == expected_rows.tolist()
    assert columns.tolist() == expected_columns.tolist()


@given(_SHAPES.flatmap(lambda shape: arrays(np.float64, shape, elements=st.floats(-9.0, 9.0))))
def test_any_costs(cost):
    _is_scipys(cost)


@given(
    _SHAPES.flatmap(
        lambda shape: arrays(np.float64, shape, elements=st.sampled_from([0.0, 1.0, 10.0]))
    )
)
def test_ties_are_settled_alike(cost):
    _is_scipys(cost)


@pytest.mark.parametrize("shape", [(60, 60), (70, 40), (40, 70)])
def test_crowds(shape):
    rng = np.random.default_rng(3)
    _is_scipys(np.minimum(rng.uniform(0.0, 100.0, shape), 10.0))


def test_equal_costs_give_everyone_his_own():
    rows, columns = assign(np.full((4, 6), 10.0))
    assert rows.tolist() == columns.tolist() == [0, 1, 2, 3]
