#!/usr/bin/env bash
# Lets a new incident arrive at the demo of with-demo.sh: a further sensor enrols, finds a staged attack of its own,
# delivers it and ends. The web app's tests run this while they look at the list.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HINOMI_ENROLMENT_CODE
HINOMI_ENROLMENT_CODE=$(node "$(dirname "${BASH_SOURCE[0]}")/portal.mjs" enrol "Second sensor")

# Later than anything a sped-up demo tells, so that it is the newest of the list.
"$HINOMI_BINARY" drill --seed 77 --no-office --attacks tor --duration 60 --start "$(date -u -d '1 hour' +%FT%TZ)" --out "$folder/tor.pcap"
"$HINOMI_BINARY" sensor --capture "$folder/tor.pcap" --portal "$HINOMI_LINK" --data "$folder/sensor" --workers 1
