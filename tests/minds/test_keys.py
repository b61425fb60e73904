"""Where keys are, and that they are kept in the system's keyring alone."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from engine.errors import MindError
from engine.minds.keys import KEY_VARIABLE, can_keep_keys, keep_key, key_for, where_key_is

URL = "https://models.example/v1"


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A keyring in memory, in the place of the package."""
    held: dict[tuple[str, str], str] = {}
    module = SimpleNamespace(
        get_password=lambda service, user: held.get((service, user)),
        set_password=lambda service, user, key: held.__setitem__((service, user), key),
        delete_password=lambda service, user: held.pop((service, user)),
    )
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    return held


def test_a_key_is_kept_for_its_host_and_taken_out(keyring: dict[tuple[str, str], str]) -> None:
    assert can_keep_keys()
    assert (where_key_is(URL), key_for(URL)) == ("", None)
    keep_key(URL, " secret ")
    assert keyring == {("foleystage", "models.example"): "secret"}
    assert (where_key_is(URL), key_for(URL)) == ("keyring", "secret")
    assert key_for("https://other.example/v1") is None
    keep_key(URL, "")
    assert keyring == {}
    keep_key(URL, "")


def test_the_environment_comes_before_the_keyring(
    keyring: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_key(URL, "kept")
    monkeypatch.setenv(KEY_VARIABLE, "told")
    assert (where_key_is(URL), key_for(URL)) == (KEY_VARIABLE, "told")


def test_without_a_keyring_it_says_where_a_key_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    assert not can_keep_keys()
    with pytest.raises(MindError, match=KEY_VARIABLE):
        keep_key(URL, "secret")


def test_a_locked_keyring_is_told_and_never_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: str) -> None:
        raise RuntimeError("locked: secret")

    module = SimpleNamespace(get_password=refuse, set_password=refuse, delete_password=refuse)
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    assert key_for(URL) is None
    with pytest.raises(MindError) as told:
        keep_key(URL, "secret")
    assert "secret" not in str(told.value)


def test_an_address_that_is_none_has_no_key(keyring: dict[tuple[str, str], str]) -> None:
    assert where_key_is("http://[broken") == ""
    with pytest.raises(MindError):
        keep_key("no address", "secret")
