#!/usr/bin/env bash
# Creates or refreshes the virtual environment given as $1. Nothing outside it is changed.
# PYTHON=/path/to/python chooses the interpreter.
set -euo pipefail

folder=${1:?usage: setup_environment.sh FOLDER}
at_least_3_11='import sys; sys.exit(sys.version_info < (3, 11))'

fail() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

newest_python() {
    local name
    for name in ${PYTHON:-python3.11 python3 python3.13 python3.12 python3.14}; do
        if "$name" -c "$at_least_3_11" >/dev/null 2>&1; then
            printf '%s\n' "$name"
            return
        fi
    done
}

if ! "$folder/bin/python" -c "$at_least_3_11" >/dev/null 2>&1 ||
    ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(newest_python)
    if [ -z "$python" ]; then
        found=$("${PYTHON:-python3}" --version 2>/dev/null || printf 'none')
        fail "modeldesk needs Python 3.11 or newer, found: $found. Install one, or name it: make setup PYTHON=/path/to/python3"
    fi
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        fail "$python cannot create virtual environments (its venv or ensurepip module is missing). On Debian or Ubuntu: apt-get install python3-venv"
    fi
    printf 'setup: creating %s with %s\n' "$folder" "$("$python" --version)"
    rm -rf "$folder"
    "$python" -m venv "$folder"
fi

printf 'setup: installing modeldesk and its tools into %s\n' "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
    --constraint constraints.txt --editable '.[dev,postgres,pandas]'
