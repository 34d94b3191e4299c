#!/usr/bin/env bash
# What three of the faults need: a library that lies about the clock, a Redis to kill, and a cluster whose leader can be lost.
# Where we are root on Debian, install what is missing; elsewhere say in one line what to install. Never fails: without them
# `make chaos` says which faults were not run.
set -u
cd "$(dirname "$0")/.." || exit 0
export PATH="$PATH:/usr/sbin"
missing=()
compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || missing+=(libfaketime)
command -v redis-server >/dev/null || missing+=(redis-server)
command -v etcd >/dev/null || missing+=(etcd-server)
command -v haproxy >/dev/null || missing+=(haproxy)
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing ${missing[*]} for the chaos ..."
        apt-get -qq update >/dev/null 2>&1
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 \
            || echo "could not install ${missing[*]}: the faults that need them are not run"
    else
        echo "For all faults install: ${missing[*]} (Debian: apt-get install ${missing[*]})"
    fi
fi

# Patroni in a folder of its own inside .venv: nothing else needs what it needs. Root runs PostgreSQL as another user, who may
# not be allowed into the home where root's Python lives, but into Debian's.
patroni=.venv/patroni
if [ ! -e $patroni/.done ] || [ requirements-chaos.txt -nt $patroni/.done ]; then
    python=.venv/bin/python
    if [ "$(id -u)" = 0 ] && /usr/bin/python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=/usr/bin/python3
    fi
    rm -rf $patroni
    if $python -m venv --without-pip $patroni && .venv/bin/python -m pip --disable-pip-version-check -q \
        --python $patroni/bin/python install --require-hashes -r requirements-chaos.txt; then
        touch $patroni/.done
    else
        rm -rf $patroni
        echo "could not install Patroni: the loss of a cluster's leader is not run"
    fi
fi
exit 0
