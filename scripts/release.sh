#!/usr/bin/env bash
# The optimised binary, target/release/hinomi. Where a tool to merge profiles is at hand it is built twice: once counting
# which way the code goes over an office's traffic, staged attacks among it, and then with these counts, so that what
# happens often lies together and is inlined. Ten minutes each on two cores.
#   RELEASE_PROFILE=no   build once, without counts
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/setup.sh release
[ -d ui/dist ] || scripts/ui.sh build
target=$(target_folder)
host=$(rustc -vV | sed -n 's/^host: //p')
profiles="$target/profiles"

# The merger of the compiler's own version, or one whose files the compiler still reads.
profile_merger() {
    local name
    for name in "$(rustc --print sysroot)/lib/rustlib/$host/bin/llvm-profdata" llvm-profdata-22 llvm-profdata-21 \
        llvm-profdata-20 llvm-profdata-19; do
        if command -v "$name"; then return 0; fi
    done
    return 1
}

# With --target, the flags reach neither build scripts nor macros.
build() { RUSTFLAGS="${RUSTFLAGS:-} $1" cargo build -p hinomi --release --locked --target "$host"; }
built="$target/$host/release/hinomi"

# What the profile is taken from: our own rules over an office of 60 machines with every attack that the drill knows.
exercise() {
    local work
    work=$(mktemp -d)
    "$built" drill --seed 7 --hosts 60 --duration 600 --out "$work/office.pcap" >/dev/null
    rm -rf "$profiles/counts" "$profiles/unused"
    LLVM_PROFILE_FILE="$profiles/counts/%p.profraw" "$built" replay --workers 1 --out "$work/out" "$work/office.pcap" >/dev/null
    rm -rf "$work"
}

mkdir -p "$profiles"
flags=
if [ "${RELEASE_PROFILE:-}" != no ] && merger=$(profile_merger); then
    say "Building hinomi to count which way its code goes"
    build "-Cprofile-generate=$profiles/unused"
    state=$(sha256sum <"$built" | cut -c 1-16)
    # The name is part of the flags: other counts, another build.
    profile="$profiles/$state.profdata"
    if [ ! -f "$profile" ]; then
        say "Counting over made traffic"
        exercise
        rm -f "$profiles"/*.profdata
        if "$merger" merge -o "$profile" "$profiles"/counts/*.profraw; then
            rm -rf "$profiles/counts" "$profiles/unused"
        else
            note "$merger does not read the counts of $(rustc --version): building without"
        fi
    fi
    [ ! -f "$profile" ] || flags="-Cprofile-use=$profile"
elif [ "${RELEASE_PROFILE:-}" != no ]; then
    note "no llvm-profdata: building without counts, a tenth slower"
fi
say "Building the optimised hinomi"
build "$flags"
mkdir -p "$target/release"
cp "$built" "$target/release/hinomi"
say "Built $target/release/hinomi"
