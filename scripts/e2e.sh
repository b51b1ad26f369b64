#!/usr/bin/env bash
# Drives the web app in Chromium: against a demo (sign-in, dashboard, list, incident, languages, live arrival), then against a
# portal of several people: every page by the rules of accessibility, and stories of who works together, on both databases.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/ui.sh build
if [ -z "$(chromium_path)" ]; then
    # Ubuntu has Chromium as a snap only, which neither root nor a container can start; the test runner brings its own.
    say "No Chromium package here: fetching the one that Playwright brings (it asks for root for its libraries)"
    (cd ui && npx playwright install --with-deps --no-shell chromium)
fi
export HINOMI_ARRIVE="$root/scripts/arrive.sh"
# Eleven incidents: more than the smallest page of the list holds.
scripts/with-demo.sh "${HINOMI_DEMO_SPEED:-60}" 11 npm run --silent --prefix ui e2e
scripts/with-stage.sh npm run --silent --prefix ui stage -- --project=looks
scripts/with-stage.sh npm run --silent --prefix ui stage -- --project=stories
scripts/with-postgres.sh scripts/with-stage.sh npm run --silent --prefix ui stage -- --project=stories
