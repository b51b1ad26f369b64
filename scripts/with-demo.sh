#!/usr/bin/env bash
# Runs a command beside a demo: with-demo.sh SPEED INCIDENTS COMMAND...
# Starts `hinomi demo` on a free port with a data folder of its own, waits until it shows that many incidents, runs the
# command with HINOMI_URL, HINOMI_EMAIL, HINOMI_PASSWORD, HINOMI_LINK (where sensors connect), HINOMI_BINARY and CHROMIUM
# set, ends the demo.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

speed=$1 incidents=$2
shift 2

build_binary
CHROMIUM=$(chromium_path)
[ -n "$CHROMIUM" ] || fail "no Chromium found; name one in CHROMIUM"

folder=$(mktemp -d)
demo=
end() {
    local status=$?
    if [ -n "$demo" ] && kill -TERM "$demo" 2>/dev/null; then wait "$demo" 2>/dev/null || true; fi
    if [ $status -ne 0 ] && [ -f "$folder/demo.log" ]; then
        note "the end of the demo's own output:"
        tail -n 20 "$folder"/demo.log "$folder"/data/*.log >&2 || true
    fi
    rm -rf "$folder"
    exit $status
}
trap end EXIT

port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
export HINOMI_URL="http://127.0.0.1:$port" HINOMI_EMAIL=demo@hinomi.example CHROMIUM
HINOMI_PASSWORD=$(node -p "require('crypto').randomBytes(12).toString('base64url')")
export HINOMI_PASSWORD

HINOMI_DEMO_PASSWORD=$HINOMI_PASSWORD "$binary" demo --port "$port" --data "$folder/data" --speed "$speed" \
    >"$folder/demo.log" 2>&1 </dev/null &
demo=$!

say "Waiting for the demo's first incidents"
node scripts/portal.mjs wait "$incidents"
HINOMI_LINK=$(node -p "JSON.parse(require('fs').readFileSync('$folder/data/sensor/identity.json')).portal")
export HINOMI_LINK HINOMI_BINARY="$binary"
"$@"
