#!/usr/bin/env bash
# Writes what tests compare with anew: the API document and all snapshots. Read `git diff` afterwards: every line of it
# is a change that somebody will notice.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/setup.sh demo
export BLESS=1 INSTA_UPDATE=always
cargo test --workspace --locked --no-fail-fast || note "some tests still fail; see above"
git --no-pager diff --stat -- '*.snap' '*openapi.json' cases
