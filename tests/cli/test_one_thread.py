"""Products of matrices take one thread, unless the user has said otherwise."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("said", "heard"), [(None, "1"), ("2", "2")])
def test_numpy_is_told_before_it_is_loaded(said: str | None, heard: str) -> None:
    code = (
        "import os, sys, app.command\n"
        "loaded = 'numpy' in sys.modules\n"
        "app.command.main(['no-such-command'])\n"
        "print(loaded, os.environ['OPENBLAS_NUM_THREADS'])"
    )
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    if said is not None:
        environment["OPENBLAS_NUM_THREADS"] = said
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.split() == ["False", heard]
