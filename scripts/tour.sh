#!/usr/bin/env bash
# Takes every page of the web app, in both languages, on phone and desktop, into docs/tour. Look at them before committing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/ui.sh build
TOUR="$root/docs/tour" scripts/with-stage.sh npm run --silent --prefix ui stage -- --project=tour
say "The pictures are in docs/tour: $(du -sh docs/tour | cut -f 1)"
