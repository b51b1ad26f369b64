#!/usr/bin/env bash
# Takes every page in both languages, on desktop and phone, light and dark, into target/screenshots; the README's
# pictures among them are copied to docs/images. Look at them before committing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder="$(target_folder)/screenshots"
scripts/ui.sh build
scripts/with-demo.sh "${HINOMI_DEMO_SPEED:-60}" 6 npm run --silent --prefix ui screenshots -- "$folder"

mkdir -p docs/images
cp "$folder/dashboard-ja-desktop-light.png" "$folder/incident-en-desktop-dark.png" docs/images/
cp "$folder/incidents-ja-phone-light.png" docs/images/list-ja-phone-light.png
say "All pages are in $folder, the README's pictures in docs/images"
