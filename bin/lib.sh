# shellcheck shell=bash
# Shared by ./dev and its parts: where things lie, and how we speak.
# Every variable here can be overridden by the environment where the README says so.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LOCAL=$ROOT/.local
export VENV=$ROOT/.venv
export CHANNEL_DB=${CHANNEL_DB:-channel}
export CHANNEL_PORT=${CHANNEL_PORT:-8069}
export LC_ALL=C.UTF-8

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'dev: %s\n' "$*" >&2; exit 1; }
is_root() { [ "$(id -u)" = 0 ]; }

case $CHANNEL_PORT in '' | *[!0-9]*) die "CHANNEL_PORT is '$CHANNEL_PORT': it must be a number." ;; esac
case $CHANNEL_DB in '' | [!a-z]* | *[!a-z0-9_]*) die "CHANNEL_DB is '$CHANNEL_DB': small letters, digits and _ only." ;; esac

# help_of FILE: the comment at its top.
help_of() { awk 'NR > 1 && !/^#/ {exit} NR > 1 {sub(/^# ?/, ""); print}' "$1"; }

# quietly LOGNAME WHAT COMMAND…: run, keep the output in a log, show its tail only when it fails.
quietly() {
    local log=$LOCAL/log/$1.log what=$2
    shift 2
    mkdir -p "$LOCAL/log"
    "$@" >"$log" 2>&1 || { tail -n 25 "$log" >&2; die "$what failed; all of its output is in $log"; }
}

need_disk() {  # need_disk MEGABYTES WHAT
    local free
    free=$(df -Pm "$ROOT" | awk 'NR==2 {print $4}')
    [ "$free" -ge "$1" ] || die "$2 needs $1 MB of free disk at $ROOT, there are only $free MB."
}

# apt_install PACKAGE…: into the system; only for root, who is asked nothing.
apt_install() {
    is_root || die "not root and missing: $*. Ask an administrator for 'apt-get install $*', or run this once as root."
    command -v apt-get >/dev/null || die "missing: $*, and this is not a Debian system. Install them by hand."
    say "Installing $*"
    quietly apt-update "apt-get update" apt-get -o DPkg::Lock::Timeout=120 update
    DEBIAN_FRONTEND=noninteractive quietly apt-install "apt-get install $*" \
        apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
}

# prepare [--dev]: Python, Odoo and PostgreSQL, each made if missing; sets ODOO_DIST and the PG* variables.
prepare() {
    local settings
    mkdir -p "$LOCAL/log" "$LOCAL/run" 2>/dev/null || die "$LOCAL cannot be written by $(id -un)."
    [ -w "$LOCAL/run" ] || die "$LOCAL cannot be written by $(id -un): use the account that made it, or another checkout."
    [ "${CHANNEL_PREPARED:-}" != "$ROOT" ] || return 0
    if [ ! -d "$VENV" ]; then need_disk 5000 "a new checkout"; fi
    # What most often is missing comes first, before anybody has waited for the rest.
    settings=$("$ROOT/bin/pg" start)
    ODOO_DIST=$("$ROOT/bin/fetch-odoo")
    "$ROOT/bin/venv" "$@"
    eval "$settings"
    export ODOO_DIST CHANNEL_PREPARED=$ROOT
}
