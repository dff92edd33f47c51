#!/usr/bin/env bash
# Sees to it that the programs are there which the tests start: Chromium and a PostgreSQL server.
# Does nothing when they are. With CI=true a missing program is an error; otherwise the tests that
# need it are skipped.
set -euo pipefail

missing=()
reasons=()

need() { # need PACKAGE REASON
    missing+=("$1")
    reasons+=("$1: $2")
}

has_chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

has_postgres() {
    local folder
    for folder in $(printf '%s' "$PATH" | tr ':' ' ') /usr/lib/postgresql/*/bin; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
            return 0
        fi
    done
    return 1
}

has_font() { # has_font PATTERN
    local folder
    for folder in /usr/share/fonts /usr/local/share/fonts "${HOME:-/}/.fonts" "${HOME:-/}/.local/share/fonts"; do
        if [ -d "$folder" ] && [ -n "$(find -L "$folder" -iname "$1" -print -quit 2>/dev/null)" ]; then
            return 0
        fi
    done
    return 1
}

has_chromium >/dev/null || need chromium "the browser that the page tests drive"
has_postgres || need postgresql "the server that the storage tests run throw-away databases on"
if [ "$(uname -s)" = Linux ]; then
    has_font 'DejaVuSans.ttf' || need fonts-dejavu-core "letters on the pages that Chromium draws"
    has_font '*emoji*' || need fonts-noto-color-emoji "symbols on the pages that Chromium draws"
fi

if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi

give_up() {
    printf 'system packages: %s Install by hand: %s.\n' "$1" "${missing[*]}" >&2
    if [ "${CI:-}" = true ]; then
        exit 1
    fi
    printf 'system packages: tests that need them are skipped.\n' >&2
    exit 0
}

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        give_up "Only root can install packages, and there is no sudo."
    fi
    as_root=(sudo)
    # Without a terminal nobody can answer a password prompt.
    [ -t 0 ] || as_root=(sudo -n)
fi
command -v apt-get >/dev/null || give_up "This system has no apt-get."

printf 'system packages: installing with apt-get:\n'
printf '  %s\n' "${reasons[@]}"

apt_get() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet --quiet \
        -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

apt_get update || printf 'system packages: the package list could not be refreshed.\n' >&2
apt_get install --yes --no-install-recommends "${missing[@]}" >/dev/null ||
    give_up "apt-get could not install them."
