#!/usr/bin/env bash
# Builds (ui.sh build) or tests (ui.sh test) the web app, again only when something it is made of has changed.
# What was built from what is noted in ui/node_modules, beside the results themselves.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# One number for the content and names of files and folders.
fingerprint() { find "$@" -type f ! -name '*.gen.ts' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1; }

install_libraries() {
    local stamp=ui/node_modules/.hinomi-libraries now
    now="$(fingerprint ui/package.json ui/package-lock.json) $(node --version)"
    if [ "$(cat $stamp 2>/dev/null)" != "$now" ]; then
        say "Fetching the web app's libraries"
        (cd ui && npm ci --no-audit --no-fund --loglevel=error)
        printf '%s\n' "$now" >$stamp
    fi
}

build() {
    local stamp=ui/node_modules/.hinomi-built now
    now=$(fingerprint ui/package.json ui/package-lock.json ui/index.html ui/vite.config.ts ui/tsconfig.json \
        ui/public ui/scripts ui/src locales crates/portal/openapi.json)
    if [ "$(cat $stamp 2>/dev/null)" != "$now" ] || [ ! -f ui/dist/index.html ]; then
        say "Checking and building the web app"
        local first=yes
        [ ! -d ui/dist ] || first=
        rm -f $stamp
        (cd ui && npm run --silent build)
        # A portal that was compiled before there was an app looks for it again when this file is new.
        [ -z "$first" ] || touch ui/package.json
        printf '%s\n' "$now" >$stamp
    fi
}

install_libraries
case ${1:-build} in
    build) build ;;
    test) (cd ui && npm run --silent test) ;;
    *) fail "ui.sh build | test" ;;
esac
