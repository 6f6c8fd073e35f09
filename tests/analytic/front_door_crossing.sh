#!/usr/bin/env bash
# front_door_crossing.sh SLSIM: from which rate on a load balancer is cheaper than an API: by the program's search and by the formula, from
# AWS's prices: hours x price against the price of a request, less what a request costs in capacity units. For new connections, which count
# most when each request brings one, and for bytes, when clients keep theirs.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
slsim=${1:?usage: front_door_crossing.sh SLSIM}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scenarios=$PWD/scenarios/front-doors
passed=0
failed=0

# judge SCENARIO OTHER REQUEST_USD UNITS_AT_ONE_A_SECOND
judge() {
    local found
    found=$("$slsim" size "$1" --vary users.constant=1/s:20/s --against "$scenarios/$2.json" 2>/dev/null |
        sed -nE 's/^users\.constant = ([0-9.]+)\/s: there cost\.month crosses.*/\1/p')
    # Within a request more or less of the run's 1000 s, the search's 1e-4, and the last of five digits.
    if awk -v found="${found:-none}" -v request="$3" -v units="$4" -v name="$1 $2" '
        BEGIN {
            month_s = 730 * 3600
            exact = 730 * 0.0225 / (month_s * request - 730 * 0.008 * units)
            printf "%s: %s, by the formula %.5f\n", name, found, exact
            exit !(found != "none" && found >= exact - 0.001 - 1.5e-4 * exact && found <= exact + 0.001 + 1.5e-4 * exact)
        }' >"$work/line"; then
        echo "ok: $(cat "$work/line")"
        passed=$((passed + 1))
    else
        echo "FAILED: $(cat "$work/line")"
        failed=$((failed + 1))
    fi
}

printf '{"extends": "%s/load-balancer.json", "name": "kept", "behavior": {"Alb": {"requests_per_connection": 100}}}\n' "$scenarios" >"$work/kept.json"
bytes=$(awk 'BEGIN { print 2048 * 3600 / (0.4 * 2 ^ 30) }')
judge "$scenarios/load-balancer.json" http-api 1e-6 0.04
judge "$scenarios/load-balancer.json" rest-api 3.5e-6 0.04
judge "$work/kept.json" http-api 1e-6 "$bytes"
judge "$work/kept.json" rest-api 3.5e-6 "$bytes"
# The judgement can fail: another price crosses elsewhere.
if (judge "$scenarios/load-balancer.json" http-api 1.01e-6 0.04 >"$work/planted"; ! grep -q '^FAILED' "$work/planted"); then
    echo "FAILED: a request of an HTTP API for \$1.01 a million passes"
    failed=$((failed + 1))
fi
# A function URL costs nothing: it is always the smaller one.
answer=$("$slsim" size "$scenarios/load-balancer.json" --vary users.constant=1/s:20/s --against "$scenarios/direct.json" 2>/dev/null)
if [[ $answer == *'does not cross'* ]]; then
    passed=$((passed + 1))
else
    echo 'FAILED: a load balancer crosses the function alone'
    failed=$((failed + 1))
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" = 5 ]
