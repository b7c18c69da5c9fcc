#!/bin/sh
# Create the virtual environment $1 and install this project into it with extras: $2.
set -eu
venv=$1
what=$2

find_python() {
    for name in "${PYTHON:-}" python3.11 python3.12 python3.13 python3 python; do
        [ -n "$name" ] || continue
        command -v "$name" >/dev/null 2>&1 || continue
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "No Python 3.11 or newer was found; install one, or name it: make PYTHON=/path" >&2
    exit 1
}

works() { "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

make_venv() {
    "$python" -m venv --clear "$venv" >/dev/null 2>&1 && works
}

if ! works; then
    python=$(find_python)
    echo "Creating $venv with $("$python" --version)"
    # Debian keeps venv in a package of its own.
    if ! make_venv && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        apt-get install -y -qq python3-venv >/dev/null
        make_venv || true
    fi
    if ! works; then
        echo "$python cannot create virtual environments." >&2
        echo "On Debian and Ubuntu: sudo apt-get install python3-venv" >&2
        exit 1
    fi
fi
echo "Installing CoderBot and what it needs into $venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --constraint constraints.txt --editable "$what"
