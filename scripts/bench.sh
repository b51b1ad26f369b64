#!/usr/bin/env bash
# Speed and memory of `hinomi replay`, beside Suricata's where that is installed: same file, same rules, same logging, in
# turns. bench.sh [CAPTURE.pcap]; without one, a mix of enterprise traffic is made from the captures in ../shared, and where
# there are none, an office by the drill.
#   BENCH_RULES=FILE   rules for both (default: ../shared's ET Open where it exists, else our own)
#   BENCH_RUNS=3       runs of each
#   BENCH_MEGABYTES=1000   size of the mix
#   HINOMI_BINARY=FILE     measure this binary instead of building the optimised one
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

shared=../shared
scripts/setup.sh bench
release_binary
results="$(target_folder)/bench"
mkdir -p "$results"

capture=${1:-}
megabytes=${BENCH_MEGABYTES:-1000}
if [ -z "$capture" ]; then
    capture="$results/mix-$megabytes.pcap"
    if [ ! -f "$capture" ] && [ -f $shared/eval/build_mix.py ]; then
        say "Mixing enterprise traffic from $shared/data/mix"
        python3 $shared/eval/pcapstat.py $shared/data/mix >"$results/stats.json"
        python3 $shared/eval/build_mix.py $shared/data/mix "$results/stats.json" "$capture" ent "$megabytes"
    elif [ ! -f "$capture" ]; then
        say "Making an office's traffic"
        "$binary" drill --hosts 200 --duration 900 --out "$capture"
    fi
fi
small="$results/small.pcap"
"$binary" drill --seed 1 --duration 120 --hosts 5 --out "$small" >/dev/null

rules=${BENCH_RULES:-content/signatures/hinomi.rules}
if [ -z "${BENCH_RULES:-}" ] && [ -f $shared/data/rules/etopen.rules ]; then rules=$shared/data/rules/etopen.rules; fi
say "Measuring on $capture with $rules"
python3 scripts/bench.py --hinomi "$binary" --capture "$capture" --rules "$rules" --runs "${BENCH_RUNS:-3}" \
    --callgrind "$small" --json "$results/figures.json"
say "Figures are in $results/figures.json; docs/performance.md keeps their history"
