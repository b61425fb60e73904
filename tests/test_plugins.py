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


def test_weights_reach_the_parts_that_take_them(tmp_path):
    def learned(weights=None):
        return ["learned", weights]

    register("depth", "learned", learned)
    register("depth", "a test's own", dict)
    assert create("depth", "learned", tmp_path) == ["learned", tmp_path]
    assert create("depth", "learned") == ["learned", None]
    with pytest.raises(PluginError, match="takes no weights"):
        create("depth", "a test's own", tmp_path)
