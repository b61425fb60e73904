#!/bin/sh
# Make Foleystage ready to run from this checkout: system packages, then .venv.
#
#   packaging/setup.sh run     what `make run` needs
#   packaging/setup.sh dev     the same, and what `make test` and `make check` need
#
# PYTHON=...        the Python to use (3.11 or newer)
# NO_APT=1          never install system packages
# NO_WARM=1         compile nothing beforehand
# NO_LEARNED=1      dev: leave PyTorch and its friends out; the tests of learned parts are skipped
# Works on a bare Debian or Ubuntu, where Python itself is installed when that is permitted, and on
# macOS with a Python. Learned parts are optional, so `run` installs no PyTorch; `dev` does, that their
# tests run. pip's settings choose its build (PIP_EXTRA_INDEX_URL, PIP_FIND_LINKS): the usual one for
# Linux brings gigabytes for graphics cards, PyTorch's own index has one for processors alone.
set -eu

cd "$(dirname "$0")/.."
purpose=${1:-run}
venv=.venv

say() { printf '%s\n' "setup: $*" >&2; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(not sys.version_info >= (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

listed_packages() {
    lists=packaging/debian/run.txt
    [ "$purpose" = dev ] && lists="$lists packaging/debian/test.txt"
    # shellcheck disable=SC2086
    sed -e 's/#.*//' $lists
    "$python" -c 'import ensurepip, venv' 2>/dev/null || venv_package
}

# A Python that was chosen by its version (python3.12) has a venv package of the same version.
venv_package() {
    case ${python##*/} in
        python3.[0-9]*) echo "${python##*/}-venv" ;;
        *) echo python3-venv ;;
    esac
}

missing_packages() {
    for package in $(listed_packages); do
        # Ubuntu renamed some libraries with the suffix t64; the old names still install them.
        dpkg-query -W -f='${Status}\n' "$package" "${package}t64" 2>/dev/null \
            | grep -q 'install ok installed' || printf '%s ' "$package"
    done
}

has_apt() {
    command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1
}

install_system_packages() {
    has_apt || return 0
    missing=$(missing_packages)
    [ -z "$missing" ] || install_packages "$missing"
}

install_packages() {
    line="apt-get install -y --no-install-recommends $1"
    if [ -n "${NO_APT:-}" ]; then
        as_root=none
    elif [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        as_root=none
    fi
    if [ "$as_root" = none ]; then
        say "these system packages are missing; to install them, type:"
        say "    sudo $line"
        return 0
    fi
    say "installing system packages: $1"
    apt_log=$(mktemp)
    # shellcheck disable=SC2086
    if { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update \
        && $as_root env DEBIAN_FRONTEND=noninteractive $line; } >"$apt_log" 2>&1; then
        rm -f "$apt_log"
    else
        tail -n 5 "$apt_log" >&2
        rm -f "$apt_log"
        say "apt-get did not succeed; going on without. To try again, type:"
        say "    sudo $line"
    fi
}

make_environment() {
    extras=
    [ "$purpose" = dev ] && extras="[dev,learned,generators]"
    [ "$purpose" = dev ] && [ -n "${NO_LEARNED:-}" ] && extras="[dev]"
    if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
        say "making $venv with $("$python" --version)"
        "$python" -m venv "$venv"
    fi
    say "installing Python packages into $venv (the first time hundreds of megabytes are fetched: minutes, by the line and the processor)"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -e ".$extras"
}

check_environment() {
    if problem=$("$venv/bin/python" -c 'import cv2, av, soundfile, PySide6.QtWidgets' 2>&1); then
        return 0
    fi
    say "a library does not load: $(printf '%s' "$problem" | tail -n 1)"
    if command -v apt-get >/dev/null 2>&1; then
        say "install the system packages with the line above, or type:"
        say "    sudo apt-get install -y --no-install-recommends $(listed_packages | tr '\n' ' ')"
    else
        say "install the libraries listed in packaging/debian/run.txt under this system's names"
    fi
    return 1
}

# The first run would wait for it; what is compiled already costs a few seconds.
warm_up() {
    [ -z "${NO_WARM:-}" ] || return 0
    say "compiling what sounds are rendered with (once: half a minute on a fast processor, minutes on a slow or busy one)"
    "$venv/bin/foleystage" warm || say "that did not succeed; the first run will take longer"
}

install_python() {
    command -v python3 >/dev/null 2>&1 || [ -n "${PYTHON:-}" ] || ! has_apt || {
        install_packages "python3 python3-venv "
        hash -r
    }
}

refuse_python() {
    for candidate in ${PYTHON:-} python3; do
        if version=$("$candidate" --version 2>&1); then
            say "$candidate is $version; 3.11 or newer is needed. Install one beside it, on Ubuntu 22.04:"
            say "    sudo apt-get install -y python3.11 python3.11-venv"
            say "it is found by itself; one in another place is named with PYTHON=/path/to/python3"
            exit 1
        fi
        [ "$candidate" = python3 ] || say "PYTHON=$candidate does not run"
    done
    say "Python 3.11 or newer is needed; on Debian or Ubuntu type:"
    say "    sudo apt-get install -y python3 python3-venv"
    exit 1
}

find_python >/dev/null || install_python
python=$(find_python) || refuse_python
install_system_packages
make_environment
check_environment
[ "$purpose" = dev ] || warm_up
say "ready"
