#!/usr/bin/env bash
# Measures detection: models over made traffic (as events, and as packets through the whole sensor) and given lists of
# names; incidents against labelled captures, and the rule language against conformance cases, where a folder ../shared
# with such data exists. Tables and pictures go into docs/quality.md, everything into target/quality.
# QUALITY_HOSTS and QUALITY_DAYS make the company smaller; HINOMI_BINARY names a binary that is built already.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

shared=../shared
begun=$SECONDS
say "Building"
cargo build --quiet -p lab
build_binary
results="$(target_folder)/quality"
mkdir -p "$results"
lab="$(target_folder)/debug/lab"
work=$(mktemp -d -p "$results")
trap 'rm -rf "$work"' EXIT
rm -f "$results"/*.points "$results"/*.md "$results"/*.json

say "Models: tunnels inside DNS, as events"
"$lab" tunnels | tee "$results/tunnels.md"

say "Models: a company's life, and beacons in it"
"$lab" beacons --hosts "${QUALITY_HOSTS:-1000}" --days "${QUALITY_DAYS:-14}" \
    --picture docs/images/beacons.svg --curve docs/images/beacons-curve.svg \
    --points "$results/company.points" 2>"$results/company.log" | tee "$results/beacons.md"

say "Tunnels and what resembles them, as packets through the sensor"
"$lab" packets --out "$work/packets" >/dev/null
"$binary" replay --out "$work/found" "$work"/packets/*.pcap >/dev/null
"$lab" packets-found --replay "$work/found" --points "$results/packets.points" | tee "$results/packets.md"
rm -rf "$work/packets" "$work/found"
"$lab" flow-statistics | tee "$results/flow-statistics.md"

say "A day of a small office, as packets through the sensor"
# Nearly two gigabytes: through a pipe, and of its events only the incidents are of interest.
mkdir -p "$work/office"
ln -s /dev/null "$work/office/events.jsonl"
"$binary" drill --hosts 12 --duration 86400 --attacks none --out - 2>/dev/null |
    "$binary" replay --out "$work/office" - | tail -n 1 | tee "$results/office.md"

say "What the brain costs"
"$lab" brain | tee "$results/brain.md"

if [ -f $shared/data/domains/dga.csv ]; then
    say "Models: generated domains, families left out of training"
    scripts/train-domains.sh --measure $shared/data/domains | tee "$results/domains.md"
    scripts/train-domains.sh --check $shared/data/domains
else
    say "Skipped: generated domains (no lists of names in $shared/data/domains)"
fi

score() { # name, further options
    local name=$1
    shift
    say "Incidents of labelled captures: $name"
    python3 $shared/eval/score.py --hinomi "$binary" --captures $shared/data/pcaps --json "$results/$name.json" \
        --out "$work/$name" "$@" | tee "$results/captures-$name.md"
    "$lab" capture-points --incidents "$work/$name/incidents.jsonl" --manifest $shared/data/pcaps/MANIFEST.csv \
        --out "$results/captures-$name.points"
}
if [ -f $shared/eval/score.py ]; then
    score own
    if [ -f $shared/data/rules/etopen.rules ]; then
        score etopen --rules $shared/data/rules/etopen.rules
        [ ! -d $shared/data/intel ] || score intel --rules $shared/data/rules/etopen.rules --indicators $shared/data/intel
        say "The peer: signatures alone"
        peers=(--events "$work/etopen/events.jsonl")
        [ ! -f $shared/data/baseline/alerts.csv ] || peers+=(--baseline "$shared/data/baseline/alerts.csv")
        for name in "own=our own content" "etopen=with ET Open" "intel=with ET Open and lists"; do
            [ ! -f "$results/${name%%=*}.json" ] || peers+=(--incidents "${name#*=}=$results/${name%%=*}.json")
        done
        python3 scripts/signatures_alone.py --captures $shared/data/pcaps --rules $shared/data/rules/etopen.rules \
            "${peers[@]}" | tee "$results/signatures.md"
    fi
    if [ -f $shared/eval/conformance.py ] && [ -d $shared/data/conformance ]; then
        say "Rule language and events"
        python3 $shared/eval/conformance.py --hinomi "$binary" --cases $shared/data/conformance \
            --json "$results/conformance.json"
    fi
else
    say "Skipped: there is no ../shared folder with captures, rules and their scoring here"
fi

say "Does confidence mean what it says?"
"$lab" reliability "$results"/*.points | tee "$results/reliability.md"
minutes=$(((SECONDS - begun + 59) / 60))
python3 scripts/quality.py "$results" docs/quality.md "$minutes"
say "Figures are in $results and docs/quality.md; it took $minutes min"
