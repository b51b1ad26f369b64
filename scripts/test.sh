#!/usr/bin/env bash
# All checks, from a fresh clone on a fresh machine to the browser. Stops at the first that fails.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

began=$SECONDS
passed=()
step() {
    local name=$1 from=$SECONDS
    shift
    say "$name"
    "$@" || fail "failed: $name"
    passed+=("$name ($((SECONDS - from)) s)")
}

rust_tests() {
    if cargo nextest --version >/dev/null 2>&1; then
        # Chained: within a step, a failure does not end the script by itself.
        cargo nextest run --workspace --locked && cargo test --workspace --locked --doc --quiet
    else
        cargo test --workspace --locked
    fi
}

# The portal's tests once more, on its other database. Chosen from the workspace: built alone, its libraries would have other
# features, and all of them would be compiled a second time.
postgres_tests() {
    if cargo nextest --version >/dev/null 2>&1; then
        scripts/with-postgres.sh cargo nextest run --workspace --locked -E 'package(portal)'
    else
        scripts/with-postgres.sh cargo test --package portal --locked
    fi
}

# With the binary that the tests have built already, for the same reason.
browser_tests() {
    HINOMI_BINARY="$(target_folder)/debug/hinomi" scripts/e2e.sh
}

scripts/setup.sh test
step "format" cargo fmt --check
step "the API breaks no client" scripts/api-diff.sh
step "web app: types, build, size" scripts/ui.sh build
step "web app: tests" scripts/ui.sh test
step "lint" cargo clippy --workspace --all-targets --locked -- -D warnings
step "tests" rust_tests
step "the portal's tests on PostgreSQL" postgres_tests
step "the API against its document" scripts/schemathesis.sh
step "web app in a browser" browser_tests

say "All passed in $((SECONDS - began)) s"
for name in "${passed[@]}"; do note "$name"; done
[ -d ../shared ] || note "no ../shared folder here: the tests over its captures and rules were skipped"
