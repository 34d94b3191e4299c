#!/usr/bin/env bash
# What two of the faults need: a library that lies about the clock, and a Redis to kill. Where we are root on Debian, install what
# is missing; elsewhere say in one line what to install. Never fails: without them `make chaos` says which faults were not run.
set -u
missing=()
compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || missing+=(libfaketime)
command -v redis-server >/dev/null || missing+=(redis-server)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing ${missing[*]} for the chaos ..."
    apt-get -qq update >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 \
        || echo "could not install ${missing[*]}: the faults that need them are not run"
else
    echo "For all faults install: ${missing[*]} (Debian: apt-get install ${missing[*]})"
fi
exit 0
