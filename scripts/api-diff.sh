#!/usr/bin/env bash
# Fails if the API's document has changed so that clients break: against the last release, or the commit before where none
# is released yet. Another commit to compare with may be given.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

document=crates/portal/openapi.json
base=${1:-$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || echo HEAD^)}
if [ $# -eq 0 ] && ! git cat-file -e "$base:$document" 2>/dev/null; then
    note "no earlier $document here (not a clone, or one without history): not compared"
    exit 0
fi
before=$(mktemp)
trap 'rm -f "$before"' EXIT
git show "$base:$document" >"$before" || fail "no $document in $base"
python3 scripts/api_diff.py "$before" "$document" || fail "the changes above break clients of $base: keep the old form beside the new one"
note "nothing in $document breaks clients of $base"
