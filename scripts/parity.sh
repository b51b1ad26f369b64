#!/usr/bin/env bash
# Compares our alerts with Suricata's, with all of ET Open, where a folder ../shared with captures, rules and a table of
# Suricata's alerts exists. PARITY_PEER=1 runs an installed Suricata now, in one thread, instead of taking the table.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

data=../shared/data
if [ ! -f $data/baseline/alerts.csv ] || [ ! -f $data/rules/etopen.rules ]; then
    say "Skipped: there is no ../shared folder with captures, rules and Suricata's alerts here"
    exit 0
fi
build_binary
results="$(target_folder)/parity"
mkdir -p "$results"
compare=(python3 scripts/parity.py --hinomi "$binary" --rules $data/rules/etopen.rules --root $data --show 3)
if [ -n "${PARITY_PEER:-}" ]; then
    command -v suricata >/dev/null || fail "suricata is not installed"
    "${compare[@]}" --peer --runmode single --keep "$results" $data/pcaps $data/mix "$@"
else
    "${compare[@]}" --baseline $data/baseline/alerts.csv --keep "$results" $data/pcaps $data/mix "$@"
fi
