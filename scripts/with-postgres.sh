#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server of its own, in a new folder and on a free port of loopback, that is gone afterwards.
# The command finds its address in HINOMI_TEST_POSTGRES.
# with-postgres.sh COMMAND [ARGUMENT...]
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

binaries=$(pg_config --bindir 2>/dev/null || true)
for folder in "$binaries" /usr/lib/postgresql/*/bin; do
    if [ -x "$folder/initdb" ]; then binaries=$folder; fi
done
[ -x "$binaries/initdb" ] || fail "PostgreSQL's server is not installed: apt-get install postgresql"
folder=$(mktemp -d)
# The server refuses to run as root.
as_owner=()
if [ "$(id -u)" = 0 ]; then
    chown nobody "$folder"
    as_owner=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi
server() { (cd "$folder" && "${as_owner[@]}" "$binaries/$1" "${@:2}"); }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
finish() {
    server pg_ctl --pgdata="$folder/data" --mode=immediate --wait stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap finish EXIT
server initdb --pgdata="$folder/data" --username=hinomi --auth=trust --encoding=UTF8 --locale=C --no-sync >/dev/null
# A test's database has not to survive a power cut.
server pg_ctl --pgdata="$folder/data" --log="$folder/log" --wait --options="-c port=$port -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c fsync=off -c max_connections=400 -c shared_buffers=64MB" start >/dev/null ||
    { cat "$folder/log" >&2; fail "PostgreSQL did not start"; }
# A role that row-level security binds, as the portal's should be.
server createuser --host=127.0.0.1 --port="$port" --username=hinomi --createdb portal
HINOMI_TEST_POSTGRES="postgresql://portal@127.0.0.1:$port" "$@"
