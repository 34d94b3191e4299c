#!/usr/bin/env bash
# The tests drive a real Chromium and look at Chinese pages; the bench drives wrk. Where we are root on Debian, install what is
# missing; elsewhere say in one line what to install. Never fails: without them the tests run and list the skip.
set -u
have_font() { fc-list :lang=zh 2>/dev/null | grep -q .; }
have_browser() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
missing=()
have_browser || missing+=(chromium)
have_font || missing+=(fonts-noto-cjk fontconfig)
command -v wrk >/dev/null || missing+=(wrk)
[ ${#missing[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing ${missing[*]} for the tests and the bench ..."
    apt-get -qq update >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 \
        || echo "could not install ${missing[*]}: the tests that need them will be skipped"
else
    echo "For the browser tests and the bench install (Debian): apt-get install ${missing[*]}"
fi
exit 0
