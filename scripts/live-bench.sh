#!/usr/bin/env bash
# The highest rate that is watched without a lost packet, over a virtual cable between two network namespaces of this script's own
# making, the sender on the same processors; beside Suricata's af-packet with the same rules where that is installed. As root.
# live-bench.sh [CAPTURE.pcap]; without one, what make bench has mixed, or an office by the drill.
#   LIVE_SECONDS=60      how long a rate must hold
#   LIVE_STEPS=7         halvings of the search
#   LIVE_WORKERS=2       workers of each engine
#   BENCH_RULES=FILE     rules for both (default: ../shared's ET Open where it exists, else our own)
#   HINOMI_BINARY=FILE   measure this binary instead of building the optimised one
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ "$(id -u)" = 0 ] || fail "network namespaces and packet sockets need root"
shared=../shared
scripts/setup.sh bench
release_binary
cargo build -p capture --example play --release --locked
results="$(target_folder)/bench"
mkdir -p "$results"
capture=${1:-}
[ -n "$capture" ] || capture=$(find "$results" -name 'mix-*.pcap' | head -1)
if [ -z "$capture" ]; then
    say "Making an office's traffic"
    capture="$results/office.pcap"
    "$binary" drill --hosts 200 --duration 300 --out "$capture"
fi
rules=${BENCH_RULES:-content/signatures/hinomi.rules}
if [ -z "${BENCH_RULES:-}" ] && [ -f $shared/data/rules/etopen.rules ]; then rules=$shared/data/rules/etopen.rules; fi
say "Playing $capture against $rules"
python3 scripts/live_bench.py --hinomi "$binary" --play "$(target_folder)/release/examples/play" --capture "$capture" \
    --rules "$rules" --seconds "${LIVE_SECONDS:-60}" --steps "${LIVE_STEPS:-7}" --workers "${LIVE_WORKERS:-2}"
