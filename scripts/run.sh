#!/usr/bin/env bash
# run.sh [SCENARIO] [options...]: installs what is missing, builds, and runs a scenario: the Azure trace where none is named.
# Options are those of `slsim run`; see `build/release/slsim run --help`.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scenario=$root/scenarios/azure-100.json
case "${1:-}" in
'' | -?*) ;;
*)
    scenario=$1
    shift
    ;;
esac

"$root/scripts/install-packages.sh"
(
    cd "$root"
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    # The program alone: running needs neither the tests nor their library.
    if ! { cmake --preset release && cmake --build --preset release --target slsim; } >"$log" 2>&1; then
        cat "$log" >&2
        exit 3
    fi
)
exec "$root/build/release/slsim" run "$scenario" "$@"
