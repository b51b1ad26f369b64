#!/usr/bin/env bash
# Takes every page in both languages, on desktop and phone, light and dark, into target/screenshots; the README's
# pictures among them are copied to docs/images. Look at them before committing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder="$(target_folder)/screenshots"
if [ "${1:-}" = taken ]; then
    # Beside the demo.
    cd ui
    node scripts/screenshots.mjs "$folder"
    SCREEN_ONLY=1 node scripts/screenshots.mjs "$folder/readme" \
        dashboard-ja-desktop-light incident-en-desktop-dark incidents-ja-phone-light
    exit
fi

scripts/ui.sh build
# In real time, so that the times on the pages make sense; the attacks take five minutes.
WAIT_SECONDS=600 scripts/with-demo.sh 1 10 scripts/screenshots.sh taken
mkdir -p docs/images
cp "$folder"/readme/{dashboard-ja-desktop-light,incident-en-desktop-dark}.png docs/images/
cp "$folder/readme/incidents-ja-phone-light.png" docs/images/list-ja-phone-light.png
say "All pages are in $folder, the README's pictures in docs/images"
