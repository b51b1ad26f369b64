#!/usr/bin/env bash
# Measures models over made traffic and given lists of names. Scores what is found against labelled captures, and the rule language against conformance cases, where a folder
# ../shared with such data exists. The figures stand as JSON in target/quality.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

shared=../shared
say "Models: beacons and tunnels in made traffic"
cargo build --quiet -p lab
results="$(target_folder)/quality"
mkdir -p "$results"
lab="$(target_folder)/debug/lab"
"$lab" tunnels | tee "$results/tunnels.md"
"$lab" beacons --picture docs/images/beacons.svg | tee "$results/beacons.md"
if [ -f $shared/data/domains/dga.csv ]; then
    say "Models: generated domains, families left out of training"
    scripts/train-domains.sh --measure $shared/data/domains | tee "$results/domains.md"
else
    say "Skipped: generated domains (no lists of names in $shared/data/domains)"
fi

if [ ! -f $shared/eval/score.py ]; then
    say "Skipped: there is no ../shared folder with captures, rules and their scoring here"
    exit 0
fi
scripts/setup.sh test
build_binary

say "Incidents, own signatures and behaviour only"
python3 $shared/eval/score.py --hinomi "$binary" --captures $shared/data/pcaps --json "$results/own.json"
if [ -f $shared/data/rules/etopen.rules ]; then
    say "Incidents, with ET Open"
    python3 $shared/eval/score.py --hinomi "$binary" --captures $shared/data/pcaps \
        --rules $shared/data/rules/etopen.rules --json "$results/etopen.json"
fi
if [ -f $shared/eval/conformance.py ] && [ -d $shared/data/conformance ]; then
    say "Rule language and events"
    python3 $shared/eval/conformance.py --hinomi "$binary" --cases $shared/data/conformance --json "$results/conformance.json"
fi
say "Figures are in $results"
