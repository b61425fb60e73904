#!/bin/sh
# Put Foleystage into the desktop's menu for this user; `--remove` takes it out again.
set -eu

cd "$(dirname "$0")/.."
data=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$data/applications/foleystage.desktop
icon=$data/icons/hicolor/scalable/apps/foleystage.svg

if [ "${1:-}" = --remove ]; then
    rm -f "$entry" "$icon"
    echo "removed $entry"
    exit 0
fi
mkdir -p "$(dirname "$entry")" "$(dirname "$icon")"
cp resources/icons/application.svg "$icon"
sed "s|^Exec=.*|Exec=\"$PWD/.venv/bin/foleystage\" %f|" packaging/foleystage.desktop >"$entry"
command -v update-desktop-database >/dev/null 2>&1 && update-desktop-database -q "$(dirname "$entry")" || true
echo "installed $entry"
