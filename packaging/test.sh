#!/bin/sh
# Run the tests with a private virtual screen where there is none (OpenGL views need one), two
# tests at a time. Arguments go to pytest.
set -eu

cd "$(dirname "$0")/.."
pytest=".venv/bin/python -m pytest"
# Two tests at a time have a core each: threads of theirs would only be in each other's way.
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" OPENBLAS_NUM_THREADS="${OPENBLAS_NUM_THREADS:-1}"
if .venv/bin/python -c 'import xdist' 2>/dev/null; then
    pytest="$pytest -n ${TEST_PROCESSES:-2} --dist loadfile"
fi
if [ -z "${DISPLAY:-}" ] && command -v xvfb-run >/dev/null 2>&1 && command -v xauth >/dev/null 2>&1; then
    # shellcheck disable=SC2086
    exec xvfb-run -a -s "-screen 0 1600x1000x24" $pytest "$@"
fi
# shellcheck disable=SC2086
exec $pytest "$@"
