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

# Pip installs most packages at the very end, so what is downloaded counts for half.
progress() { # progress PID LOG
    local total width=30 done=0 shown='' begin=$SECONDS
    total=$(grep -c == constraints.txt)
    while kill -0 "$1" 2>/dev/null; do
        local collected installed
        collected=$(grep -cE '^ *(Using cached|Downloading) .*whl' "$2" || true)
        installed=$(find "$folder" -maxdepth 5 -name '*.dist-info' 2>/dev/null | wc -l)
        done=$(((collected + installed) * width / (2 * total)))
        done=$((done > width ? width : done))
        printf -v shown '%*s' "$done" ''
        printf -v shown '%-*s' "$width" "${shown// /#}"
        if [ -t 2 ]; then
            printf '\rsetup: [%s] %d s' "${shown// /.}" "$((SECONDS - begin))" >&2
        fi
        sleep 0.5
    done
    if [ -t 2 ]; then
        printf '\r\033[K' >&2
    fi
    printf 'setup: done in %d s\n' "$((SECONDS - begin))"
}

printf 'setup: installing modeldesk and its tools into %s\n' "$folder"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$folder/bin/python" -m pip install --disable-pip-version-check --progress-bar off \
    --constraint constraints.txt --editable '.[dev,postgres,pandas]' >"$log" 2>&1 &
installing=$!
progress "$installing" "$log"
if ! wait "$installing"; then
    tail -n 25 "$log" >&2
    fail "pip could not install the packages; what it said stands above."
fi
# As pip leaves packages: without it each start of a server compiles 850 modules, for a second,
# where Python may not keep what it compiles (PYTHONDONTWRITEBYTECODE).
"$folder/bin/python" -m compileall -q src || true
