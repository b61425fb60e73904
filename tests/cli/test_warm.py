"""What `foleystage warm` does beforehand."""

from pathlib import Path

import pytest

from engine.cli import warm


def test_our_modules_are_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "warmed_package" / "inner"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").write_text("")
    (package / "sense.py").write_text("ANSWER = 42\n")
    (package / "nonsense.py").write_text("this is no Python\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(warm, "_PACKAGES", ("warmed_package", "a_package_that_is_not_there"))
    warm.compile_modules()
    assert len(list(package.glob("__pycache__/sense.*.pyc"))) == 1
    assert not list(package.glob("__pycache__/nonsense*"))
