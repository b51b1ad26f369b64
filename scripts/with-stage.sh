#!/usr/bin/env bash
# Runs a command beside a portal with a partner, the operator, two customers and their people (the example `serve`), where
# nothing happens by itself: with-stage.sh COMMAND...
# The command finds HINOMI_URL, HINOMI_EMAIL, HINOMI_PASSWORD and CHROMIUM as with-demo.sh sets them, HINOMI_STAGE, a pipe
# that takes lines of what is to happen (crates/portal/examples/serve/stage.rs), and HINOMI_MAIL_PORT, to which mails go.
# On PostgreSQL: with-postgres.sh scripts/with-stage.sh COMMAND...
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The features of the whole workspace, as its tests have them: what they have built is not built again.
cargo build --workspace --example serve --locked
CHROMIUM=$(chromium_path)
[ -n "$CHROMIUM" ] || fail "no Chromium found; name one in CHROMIUM"
free_port() { node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })"; }

folder=$(mktemp -d)
portal=
end() {
    local status=$?
    if [ -n "$portal" ] && kill -INT "$portal" 2>/dev/null; then wait "$portal" 2>/dev/null || true; fi
    if [ $status -ne 0 ] && [ -f "$folder/log" ]; then
        note "the end of the portal's own output:"
        tail -n 20 "$folder/log" >&2 || true
    fi
    rm -rf "$folder"
    exit $status
}
trap end EXIT

port=$(free_port)
HINOMI_MAIL_PORT=$(free_port)
mkfifo "$folder/stage"
# Open for both, so that the portal's input does not end with the first who writes.
exec 3<>"$folder/stage"
# The interrupt that ends it: a command in the background ignores it, unless it is told otherwise.
env --default-signal=INT "$(target_folder)/debug/examples/serve" "127.0.0.1:$port" "$HINOMI_MAIL_PORT" directed <&3 >"$folder/log" 2>&1 &
portal=$!
export HINOMI_URL="http://127.0.0.1:$port" HINOMI_EMAIL=admin@example.jp HINOMI_PASSWORD="correct horse battery"
export HINOMI_STAGE="$folder/stage" HINOMI_MAIL_PORT CHROMIUM
node scripts/portal.mjs wait 1
"$@"
