#!/usr/bin/env bash
# Makes every rule of a rule set speak and holds our alerts against Suricata's, where that is installed, else against the
# plan alone. exerciser.sh [FILE.rules]; by default ../shared's ET Open where it exists, else our own rules.
#   EXERCISE_EVERY=50   only every so many-th rule
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

rules=${1:-}
if [ -z "$rules" ]; then
    rules=content/signatures/hinomi.rules
    if [ -f ../shared/data/rules/etopen.rules ]; then rules=../shared/data/rules/etopen.rules; fi
fi
build_binary
results="$(target_folder)/exercise"
mkdir -p "$results"
python3 scripts/exerciser.py --hinomi "$binary" --rules "$rules" --every "${EXERCISE_EVERY:-1}" --out "$results" --sids
