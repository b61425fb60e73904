import pytest

from engine.errors import PluginError
from engine.plugins import create, names, register


def test_an_embedded_part_is_made_by_name():
    register("depth", "a test's own", dict)
    assert "a test's own" in names("depth")
    assert create("depth", "a test's own") == {}


def test_an_unknown_part_names_the_known_ones():
    register("depth", "a test's own", dict)
    with pytest.raises(PluginError, match=r"choose one of .*a test.s own"):
        create("depth", "nonesuch")
