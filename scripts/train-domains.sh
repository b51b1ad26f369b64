#!/usr/bin/env bash
# Trains the model of generated domains from a folder of names (dga.csv, benign.csv); with --measure tells instead how well
# families left out of training are known, with --check whether training gives the shipped model, byte for byte.
# English words come from the package symspellpy (MIT), taken from PyPI.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

task=train-domains
shipped=content/models/domains.bin
out=$shipped
case "${1:-}" in
--measure)
    task=domains
    shift
    ;;
--check)
    out=$(mktemp)
    trap 'rm -f "$out"' EXIT
    shift
    ;;
esac
names="${1:?give a folder with dga.csv and benign.csv}"
english="$(target_folder)/english"
if [ ! -f "$english/symspellpy/frequency_dictionary_en_82_765.txt" ]; then
    mkdir -p "$english"
    python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$english" symspellpy==6.7.8
    python3 -m zipfile -e "$english"/symspellpy-6.7.8-*.whl "$english"
fi
cargo build --quiet -p lab
options=()
[ "$task" = domains ] || options=(--out "$out")
"$(target_folder)/debug/lab" "$task" --names "$names" "${options[@]}" \
    --words "$english/symspellpy/frequency_dictionary_en_82_765.txt" \
    --pairs "$english/symspellpy/frequency_bigramdictionary_en_243_342.txt"
if [ "$out" != "$shipped" ]; then
    cmp "$out" "$shipped" || fail "training gives another model than $shipped"
    note "training gives the shipped model, byte for byte"
fi
