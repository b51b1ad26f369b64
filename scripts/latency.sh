#!/usr/bin/env bash
# How long after a packet its incident is told, live: over a virtual cable between two network namespaces of this script's own
# making. As root. HINOMI_BINARY names a binary that is built already; LATENCY_RUNS how many offices are played.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ "$(id -u)" = 0 ] || fail "network namespaces and packet sockets need root"
build_binary
say "Playing staged attacks, half a minute each time"
python3 scripts/latency.py --hinomi "$binary" --runs "${LATENCY_RUNS:-6}"
