#!/usr/bin/env bash
# Asks every operation of the API what its document allows and forbids, with Schemathesis, as a customer's administrator and
# as the operator, each against a portal of its own: no answer may be a fault of the portal's, of another form than the
# document says, or take what the document forbids. The same seed asks the same each time. Arguments go to Schemathesis.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

examples=${SCHEMATHESIS_EXAMPLES:-20}
venv=$tools/schemathesis
requirements=$root/scripts/schemathesis/requirements.txt
if ! cmp --silent "$requirements" "$venv/requirements.txt"; then
    say "Fetching Schemathesis into target/tools"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$venv/requirements.txt"
fi

cargo build -p portal --example serve --locked
serve=$(target_folder)/debug/examples/serve
folder=$(mktemp -d)
portal=
end_portal() {
    if [ -n "$portal" ] && kill -INT "$portal" 2>/dev/null; then wait "$portal" 2>/dev/null || true; fi
    portal=
}
trap 'end_portal; rm -rf "$folder"' EXIT

# try_as EMAIL
try_as() {
    local port
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    export HINOMI_URL="http://127.0.0.1:$port" HINOMI_EMAIL=$1 HINOMI_PASSWORD="correct horse battery"
    : >"$folder/portal.log"
    "$serve" "127.0.0.1:$port" >"$folder/portal.log" 2>&1 </dev/null &
    portal=$!
    until grep --quiet '^password' "$folder/portal.log"; do
        kill -0 "$portal" 2>/dev/null || { cat "$folder/portal.log" >&2; fail "the portal did not start"; }
        sleep 0.1
    done
    say "The API as $1"
    # What it found last time it would ask first.
    rm -rf scripts/schemathesis/.schemathesis
    (cd scripts/schemathesis && PYTHONDONTWRITEBYTECODE=1 timeout 300 "$venv/bin/schemathesis" --config-file schemathesis.toml \
        run "$root/crates/portal/openapi.json" --phases coverage,fuzzing --max-examples "$examples" "${arguments[@]}")
    end_portal
}

arguments=("$@")
try_as admin@example.jp
try_as operator@example.jp
