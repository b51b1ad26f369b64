#!/usr/bin/env bash
# Everything from a fresh clone to incidents in the browser. Arguments go to `hinomi demo`.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/setup.sh demo
scripts/ui.sh build
say "Building hinomi"
build_binary
exec "$binary" demo "$@"
