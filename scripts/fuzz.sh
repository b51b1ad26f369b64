#!/bin/sh
# Runs the fuzz targets: scripts/fuzz.sh [SECONDS] [TARGET...]
#
# Default: 60 seconds (or FUZZ_SECONDS) for each target. Builds once; libFuzzer with coverage counters on the stable
# toolchain, without cargo-fuzz. What is found on the way is kept in fuzz/corpus, inputs that fail in
# fuzz/artifacts. One line a target; exit code 1 if anything was found.
#
# FUZZ_JOBS: how many targets run at a time (default 1).
set -eu

cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
case ${1-} in
'' | *[!0-9]*) ;;
*)
    seconds=$1
    shift
    ;;
esac
targets=$*
if [ -z "$targets" ]; then
    targets=$(cd fuzz/targets && ls ./*.rs | sed 's|^\./||; s|\.rs$||')
fi
for target in $targets; do
    if [ ! -f "fuzz/targets/$target.rs" ]; then
        echo "there is no fuzz target $target; there are:" >&2
        (cd fuzz/targets && ls ./*.rs | sed 's|^\./|  |; s|\.rs$||') >&2
        exit 2
    fi
done

# The counters that guide libFuzzer, and the checks that a release leaves out. With --target they
# are kept away from build scripts and macros, which have no fuzzer to link with.
coverage='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
 -Cllvm-args=-sanitizer-coverage-trace-compares'
host=$(rustc -vV | sed -n 's/^host: //p')
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/fuzz/target}
# shellcheck disable=SC2116,SC2086 # one line out of three
RUSTFLAGS=$(echo $coverage --cfg fuzzing -Cdebug-assertions -Coverflow-checks)
export CARGO_TARGET_DIR RUSTFLAGS
bins=$(for target in seeds $targets; do printf ' --bin %s' "$target"; done)
# shellcheck disable=SC2086 # a list of words
cargo build --quiet --manifest-path fuzz/Cargo.toml --target "$host" $bins
programs=$CARGO_TARGET_DIR/$host/debug

mkdir -p fuzz/corpus fuzz/artifacts
"$programs/seeds" fuzz/corpus

# Runs one target and says one line about it.
run() {
    target=$1
    log=fuzz/artifacts/$target.log
    corpus=fuzz/corpus/$target
    mkdir -p "$corpus"
    set -- -max_total_time="$seconds" -rss_limit_mb=2048 -malloc_limit_mb=1024 -timeout=10 \
        -max_len=12000 -print_final_stats=1 -artifact_prefix="fuzz/artifacts/$target-"
    if [ -f "fuzz/dictionaries/$target.dict" ]; then
        set -- "$@" -dict="fuzz/dictionaries/$target.dict"
    fi
    state=0
    "$programs/$target" "$@" "$corpus" >"$log" 2>&1 || state=$?
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
    before=$(sed -n 's/.*INITED cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)
    after=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    : "${before:=0}" "${after:=0}"
    result=ok
    if [ "$state" -ne 0 ]; then
        result=FOUND
    fi
    printf '%-12s %10s executions  coverage %6s (%+d)  %s\n' \
        "$target" "${executions:-?}" "$after" $((after - before)) "$result"
    if [ "$state" -ne 0 ]; then
        touch "fuzz/artifacts/.found"
        artifact=$(sed -n 's/.*Test unit written to \(.*\)$/\1/p' "$log" | tail -n 1)
        grep -m 1 -A 1 'panicked at\|ERROR: libFuzzer' "$log" | sed 's/^/    /'
        if [ -n "$artifact" ]; then
            echo "    input: $artifact"
            echo "    again: $programs/$target $artifact"
        else
            echo "    no input was written; the log is $log"
        fi
    fi
}

rm -f fuzz/artifacts/.found
running=0
for target in $targets; do
    run "$target" &
    running=$((running + 1))
    if [ "$running" -ge "${FUZZ_JOBS:-1}" ]; then
        wait
        running=0
    fi
done
wait
if [ -e fuzz/artifacts/.found ]; then
    rm -f fuzz/artifacts/.found
    exit 1
fi
