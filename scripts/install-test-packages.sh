#!/bin/sh
# Install the Debian packages that some tests use, when root and missing.
# Without them those tests skip and say why.
set -u
command -v apt-get >/dev/null 2>&1 || exit 0

missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 || missing="chromium"
command -v espeak-ng >/dev/null 2>&1 || missing="$missing espeak-ng"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
command -v faketime >/dev/null 2>&1 || missing="$missing faketime"
command -v ip >/dev/null 2>&1 || missing="$missing iproute2"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "Not root, so $missing is not installed; the tests that need it skip."
    exit 0
fi
echo "Installing $missing for the tests"
{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing; } \
    >/dev/null 2>&1 || echo "$missing could not be installed; the tests that need it skip."
exit 0
