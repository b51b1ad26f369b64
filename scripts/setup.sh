#!/usr/bin/env bash
# Installs what is missing to build and run (setup.sh demo), also to test (setup.sh test), to fuzz (setup.sh fuzz), to
# build for use (setup.sh release) or to measure (setup.sh bench), on Debian 12, Debian 13 and Ubuntu 24.04 with Rust. Looks
# first, asks for root only when a package is missing, and says what each is for.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

purpose=${1:-test}
packages=()
reasons=()

# want PACKAGE WHAT-FOR
want() {
    packages+=("$1")
    reasons+=("$2")
}

have() { command -v "$1" >/dev/null 2>&1; }
have_library() { have pkg-config && pkg-config --exists "$1"; }
have_file() { compgen -G "$1" >/dev/null; }
distribution() { sed -n 's/^ID="\?\([a-z]*\)"\?$/\1/p' /etc/os-release 2>/dev/null; }

look_for_build_tools() {
    have make || want make "runs the tasks of the Makefile"
    [ "$purpose" != make ] || return 0
    if ! have cc || ! have_file '/usr/include/stdio.h'; then
        want gcc "links Rust programs, compiles SQLite, zstd and the TLS library"
        want libc6-dev "headers of the C library, for the same"
    fi
    have pkg-config || want pkg-config "finds the two libraries below"
    have_library libpcre2-8 || want libpcre2-dev "regular expressions of detection rules"
    if ! have_library libhs; then
        # One API, two packages: Intel's original runs on x86-64 only.
        case $(uname -m) in
            x86_64) want libhyperscan-dev "searches traffic for all patterns of all rules at once" ;;
            *) want libvectorscan-dev "searches traffic for all patterns of all rules at once" ;;
        esac
    fi
    have node || want nodejs "builds the web app"
    # NodeSource's nodejs brings its npm along, and refuses Debian's.
    if ! have npm && ! { ! have node && apt-cache policy nodejs 2>/dev/null | grep -q 'Candidate:.*nodesource'; }; then
        want npm "fetches the web app's libraries"
    fi
}

look_for_bench_tools() {
    have python3 || want python3 "runs both engines in turns and takes the time"
    have valgrind || want valgrind "counts instructions"
    have suricata || note "suricata is not installed: there will be no peer to compare with"
}

# The web app is built; and profiles are merged, by a tool of the compiler's LLVM or an older one that writes the same form.
look_for_release_tools() {
    local found
    found=$(compgen -c llvm-profdata- | sed 's/llvm-profdata-//' | sort -n | tail -n 1) || true
    if [ "${found:-0}" -lt 19 ] && apt-cache policy llvm-19 2>/dev/null | grep -q 'Candidate: [0-9]'; then
        want llvm-19 "merges the counts that the optimised build is made with"
    fi
}

look_for_fuzz_tools() {
    have c++ || want g++ "compiles the fuzzing engine"
}

look_for_test_tools() {
    if [ -z "$(chromium_path)" ] && [ "$(distribution)" != ubuntu ]; then
        want chromium "drives the web app in tests"
    fi
    if ! have_file '/usr/share/fonts/*/*/*CJK*' && ! have_file '/usr/share/fonts/*/*/BIZUD*'; then
        want fonts-morisawa-bizud-gothic "Japanese letters in that browser"
    fi
    have tshark || want tshark "second opinion on the packets that the drill makes"
    have ip || want iproute2 "network namespaces for the tests of live capture"
    have_file '/usr/lib/postgresql/*/bin/initdb' || want postgresql "the portal's other database, for its tests"
    have pebble || ! apt-cache show pebble >/dev/null 2>&1 || want pebble "an authority that signs certificates, for the portal's tests"
    have setpriv || want util-linux "starts that database as somebody else than root"
    have python3 || want python3 "finds a free port for it, and runs what tries the API"
    python3 -c 'import ensurepip, venv' 2>/dev/null || want python3-venv "holds Schemathesis, which tries the API"
    if [ -d ../shared/eval ]; then have python3 || want python3 "runs the scoring of 'make quality'"; fi
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif ! have sudo; then
        fail "not root and no sudo: run this as root and start again: $*"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@" || fail "sudo wants a password and there is no terminal to ask on: run this as root and start again: $*"
    fi
}

install_packages() {
    [ ${#packages[@]} -gt 0 ] || return 0
    say "Packages missing on this machine"
    local index
    for index in "${!packages[@]}"; do note "$(printf '%-28s %s' "${packages[$index]}" "${reasons[$index]}")"; done
    have apt-get || fail "this is no Debian or Ubuntu: install the like of these with your system's tools, then start again"
    [ "$(id -u)" -eq 0 ] || note "root is needed for apt-get, and for nothing else"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
        install --no-install-recommends "${packages[@]}"
    hash -r
}

# Debian 12 and Ubuntu 24.04 have Node 18. A newer one comes from the npm registry, where Node is a package like any
# other, into target/tools: nothing of the system is replaced, and no root is needed.
fetch_node() {
    node_is_new_enough && return 0
    local architecture
    case $(uname -m) in
        x86_64) architecture=x64 ;;
        aarch64) architecture=arm64 ;;
        *) fail "the web app needs Node $node_major_min.$node_minor_min or newer; install it and start again" ;;
    esac
    say "Node $(node --version) is too old for the web app: fetching $node_fetched into target/tools"
    mkdir -p "$tools"
    npm install --prefix "$tools/npm" --no-save --no-audit --no-fund --loglevel=error "node-linux-$architecture@$node_fetched"
    ln -sfn "npm/node_modules/node-linux-$architecture" "$tools/node"
    hash -r
    node_is_new_enough || fail "the Node fetched into target/tools does not run"
}

look_for_rust() {
    have cargo || fail "Rust is missing: https://rustup.rs, or your distribution where it has the version named in Cargo.toml"
    local least present
    least=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    present=$(rustc --version | cut -d ' ' -f 2)
    if [ "$(printf '%s\n' "$least" "$present" | sort -V | head -n 1)" != "$least" ]; then
        fail "Rust $present is too old, $least is needed: rustup update stable"
    fi
    [ "$purpose" = test ] || return 0
    local tool
    for tool in rustfmt clippy; do
        local command=$tool
        [ $tool = rustfmt ] && command=fmt
        cargo "$command" --version >/dev/null 2>&1 && continue
        have rustup || fail "cargo $command is missing: install $tool of Rust $present"
        say "Adding $tool to Rust $present"
        rustup component add "$tool"
    done
}

look_for_build_tools
[ "$purpose" != test ] || look_for_test_tools
[ "$purpose" != fuzz ] || look_for_fuzz_tools
[ "$purpose" != release ] || look_for_release_tools
[ "$purpose" != bench ] || look_for_bench_tools
install_packages
[ "$purpose" != make ] || exit 0
look_for_rust
[ "$purpose" = fuzz ] || fetch_node
