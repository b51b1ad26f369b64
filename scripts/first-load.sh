#!/usr/bin/env bash
# Measures when the home of the web app stands on a slow phone (largest contentful paint): first-load.sh
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/ui.sh build
scripts/with-stage.sh npm run --silent --prefix ui stage -- --project=first-load
