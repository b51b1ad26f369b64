#!/usr/bin/env bash
# Trains the model of generated domains from a folder of names (dga.csv, benign.csv); with --measure tells instead how well
# families left out of training are known. English words come from the package symspellpy (MIT), taken from PyPI.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

task=train-domains
if [ "${1:-}" = --measure ]; then
    task=domains
    shift
fi
names="${1:?give a folder with dga.csv and benign.csv}"
english="$(target_folder)/english"
if [ ! -f "$english/symspellpy/frequency_dictionary_en_82_765.txt" ]; then
    mkdir -p "$english"
    python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$english" symspellpy==6.7.8
    python3 -m zipfile -e "$english"/symspellpy-6.7.8-*.whl "$english"
fi
cargo build --quiet -p lab
"$(target_folder)/debug/lab" "$task" --names "$names" \
    --words "$english/symspellpy/frequency_dictionary_en_82_765.txt" \
    --pairs "$english/symspellpy/frequency_bigramdictionary_en_243_342.txt"
