#!/usr/bin/env bash
# The tests drive a real Chromium and look at Chinese pages. Where we are root on Debian, install what is missing;
# elsewhere say in one line what to install. Never fails: without a browser the tests run and list the skip.
set -u
have_font() { fc-list :lang=zh 2>/dev/null | grep -q .; }
have_browser() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
have_browser && have_font && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing chromium and fonts-noto-cjk for the tests ..."
    apt-get -qq update >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-noto-cjk fontconfig >/dev/null 2>&1 \
        || echo "could not install chromium and fonts-noto-cjk: the browser tests will be skipped"
else
    echo "For the browser tests install: chromium and a Chinese font (Debian: apt-get install chromium fonts-noto-cjk)"
fi
exit 0
