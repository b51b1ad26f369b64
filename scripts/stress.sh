#!/usr/bin/env bash
# Traffic that would like to fill the sensor's memory: a scan of 100,000 new flows a second for a minute, 2 million open flows,
# one flow of 10 GB, one byte a segment, nothing but fragments. Each comes through a pipe, with one conversation in it that must
# still be inspected; measured are peak memory against the budget, time, and what was left out.
#   STRESS_SCALE=1       sizes, as a part of those above (0.02 for a quick look)
#   STRESS_MEMORY=1GiB   the budget (--memory)
#   STRESS_ONLY=NAME,... only these: scan, open, elephant, bytes, fragments
#   HINOMI_BINARY=FILE   measure this binary instead of building the optimised one
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/setup.sh bench
release_binary
cargo build -p drill --example stress --locked
say "Measuring with a budget of ${STRESS_MEMORY:-1GiB}"
python3 scripts/stress.py --hinomi "$binary" --stress "$(target_folder)/debug/examples/stress" \
    --scale "${STRESS_SCALE:-1}" --memory "${STRESS_MEMORY:-1GiB}" --only "${STRESS_ONLY:-}"
