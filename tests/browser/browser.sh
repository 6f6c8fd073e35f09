#!/usr/bin/env bash
# browser.sh SLSIM [SCREENSHOTS]: makes the pages of six scenarios, of a comparison, a sizing, a sweep, of all study cards and of words built to attack, and opens each in
# Chromium (check_pages.mjs says what is judged). Ends with 'N passed, N failed'. Exit 77, and why, where no browser can be had.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
slsim=$(realpath "${1:?usage: browser.sh SLSIM [SCREENSHOTS]}")
screenshots=${2:-}

skip() {
    echo "skipped: $1"
    exit 77
}
command -v node >/dev/null && command -v npm >/dev/null || skip 'there is no node or npm'
[ -x "${CHROMIUM:=/usr/bin/chromium}" ] || skip "there is no $CHROMIUM"
export CHROMIUM

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The packages are those of the lock file; they stay in the build folder for the next time.
modules=$root/build/browser
mkdir -p "$modules"
cp "$here"/{package.json,package-lock.json,check_pages.mjs} "$modules/"
if ! cmp -s "$here/package-lock.json" "$modules/installed-lock.json"; then
    (cd "$modules" && npm ci --no-audit --no-fund --ignore-scripts >"$work/npm.log" 2>&1) || {
        cat "$work/npm.log"
        skip 'npm could not install the test packages'
    }
    cp "$here/package-lock.json" "$modules/installed-lock.json"
fi

failed=0
page() { # NAME COMMAND...: what the command writes in its folder becomes a page to open
    local name=$1
    shift
    case $2 in
    run) set -- "$@" --no-progress -o "$work/$name" ;;
    esac
    "$@" --quiet >>"$work/$name.out" 2>&1
    [ -f "$work/$name/report.html" ] || {
        failed=1
        echo "FAILED  no page of $name: $*"
        sed 's/^/        /' "$work/$name.out"
    }
}
for name in azure-100 rollback queue-overload resharding provisioned-tracking throttling-study; do
    page "$name" "$slsim" run "$root/scenarios/$name.json" --report
done
report() { # NAME COMMAND...: the same, of a result that another command left
    local name=$1
    shift
    "$@" --quiet --no-progress -o "$work/$name" >"$work/$name.out" 2>&1
    page "$name" "$slsim" report "$work/$name"
}
report compare "$slsim" compare "$root/scenarios/erlang-b.json" --vary calls.poisson=8/s,12/s --replications 3
report size "$slsim" size "$root/scenarios/erlang-size.json" --vary Api.ReservedConcurrentExecutions=1:100 --goal "callers.RejectedRate < 1%"
report sweep "$slsim" sweep "$root/scenarios/sweeps/erlang-grid.json"
mkdir -p "$work/cards"
"$slsim" study export html --no-progress --quiet -o "$work/cards/report.html" >"$work/cards.out" 2>&1 || {
    failed=1
    echo 'FAILED  no page of study cards'
    cat "$work/cards.out"
}
page hostile "$slsim" run "$here/hostile.json" --report

pages=()
for file in "$work"/*/report.html; do
    pages+=("$file")
done
(cd "$modules" && timeout 480 node check_pages.mjs ${screenshots:+--screenshots "$screenshots"} "${pages[@]}") >"$work/found" 2>&1
status=$?
cat "$work/found"
[ "$status" = 0 ] || failed=1

# What an attack by a name would have made.
if [ -e "$work/attacked" ] || [ -e "$root/attacked" ] || [ -e /tmp/slsim-attacked ]; then
    echo 'FAILED  a name in a scenario ran a command'
    failed=1
fi
if [ "$failed" = 1 ] && ! grep -qE '[1-9][0-9]* failed$' "$work/found"; then
    echo '0 passed, 1 failed'
fi
exit "$failed"
