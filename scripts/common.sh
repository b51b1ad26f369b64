# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this
# Sourced by the other scripts: where things are, and how to speak.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1

# Node as the web app needs it (ui/package.json); the version that setup.sh fetches where the system's is older.
node_major_min=20
node_minor_min=19
node_fetched=20.20.2
tools="$root/target/tools"
PATH="$tools/node/bin:$PATH"

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
note() { printf '    %s\n' "$*"; }
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Where cargo puts what it builds: CARGO_TARGET_DIR and cargo's configuration are honoured.
target_folder() {
    cargo metadata --no-deps --format-version 1 --locked | sed 's/.*"target_directory":"\([^"]*\)".*/\1/'
}

# The binary that `cargo build` and `cargo test` make; the development profile is optimised enough to watch a network.
# HINOMI_BINARY names another one that is built already.
build_binary() {
    binary=${HINOMI_BINARY:-}
    [ -z "$binary" ] || return 0
    cargo build -p hinomi --locked
    binary="$(target_folder)/debug/hinomi"
    [ -x "$binary" ] || fail "cargo built no $binary"
}

# The optimised one, for measuring; HINOMI_BINARY names another one that is built already.
release_binary() {
    binary=${HINOMI_BINARY:-}
    [ -z "$binary" ] || return 0
    scripts/release.sh
    binary="$(target_folder)/release/hinomi"
}

node_is_new_enough() {
    command -v node >/dev/null || return 1
    local version major minor
    version=$(node --version) || return 1
    version=${version#v}
    major=${version%%.*}
    minor=${version#*.}
    minor=${minor%%.*}
    [ "$major" -gt "$node_major_min" ] || { [ "$major" -eq "$node_major_min" ] && [ "$minor" -ge "$node_minor_min" ]; }
}

# Prints the browser that the tests drive; nothing where there is none.
chromium_path() {
    local name
    for name in "${CHROMIUM:-}" chromium google-chrome google-chrome-stable; do
        if [ -n "$name" ] && command -v "$name"; then return 0; fi
    done
    if [ -d "$root/ui/node_modules/@playwright/test" ]; then
        local own
        own=$(cd "$root/ui" && node -p "require('@playwright/test').chromium.executablePath()" 2>/dev/null) || return 0
        if [ -x "$own" ]; then printf '%s\n' "$own"; fi
    fi
}
