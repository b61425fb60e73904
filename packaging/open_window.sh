#!/bin/sh
# Open a session in the window where there is a display; say how, where there is none.
set -eu

cd "$(dirname "$0")/.."
session=$1
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" = Darwin ]; then
    exec .venv/bin/foleystage "$session"
fi
echo "No display here, so no window. Everything is in $(dirname "$session");" \
    "on a machine with one, type: .venv/bin/foleystage $session"
