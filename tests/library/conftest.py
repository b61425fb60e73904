import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engine.library.database import VARIABLE, Database


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "index"))
    with Database() as opened:
        yield opened
