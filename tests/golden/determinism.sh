#!/usr/bin/env bash
# determinism.sh SLSIM [OTHER-SLSIM...]: the same scenario gives the same bytes: twice, on one thread and on four, with either event queue, and
# from every other build (other compiler, other optimisation). Compares whole result folders. Before that, sees that another seed differs.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
[ $# -ge 1 ] || { echo "usage: determinism.sh SLSIM [OTHER-SLSIM...]" >&2; exit 2; }
slsim=$1
shift
scenarios=(tests/golden/everything.json scenarios/throttling-study.json scenarios/azure-100.json)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

run() { # run PROGRAM FOLDER SCENARIO [options...]
    local program=$1 folder=$2
    shift 2
    "$program" run "$@" --quiet --no-progress -o "$folder" >"$folder.log" 2>&1 || {
        cat "$folder.log"
        return 1
    }
}

same() { # same WHAT FOLDER: as the reference, in every byte
    if [ -d "$2" ] && diff -r "$work/reference" "$2" >"$work/difference"; then
        echo "ok: $1"
        passed=$((passed + 1))
    else
        echo "FAILED: $1"
        head -n 20 "$work/difference" 2>/dev/null
        failed=$((failed + 1))
    fi
    rm -rf "$2"
}

for scenario in "${scenarios[@]}"; do
    name=$(basename "$scenario" .json)
    replications=4
    [ "$name" != azure-100 ] || replications=1
    options=(--replications "$replications")
    rm -rf "$work/reference"
    run "$slsim" "$work/reference" "$scenario" "${options[@]}" --threads 1 --queue ladder || failed=$((failed + 1))

    # The comparison can fail: another seed must not give the same figures.
    run "$slsim" "$work/a" "$scenario" "${options[@]}" --seed 424242
    if cmp -s "$work/reference/summary.csv" "$work/a/summary.csv"; then
        echo "FAILED: $name: another seed gives the same figures"
        failed=$((failed + 1))
    else
        echo "ok: $name: another seed differs"
        passed=$((passed + 1))
    fi
    rm -rf "$work/a"

    run "$slsim" "$work/a" "$scenario" "${options[@]}" --threads 1 --queue ladder
    same "$name: once more" "$work/a"
    run "$slsim" "$work/a" "$scenario" "${options[@]}" --threads 4 --queue ladder
    same "$name: four threads" "$work/a"
    run "$slsim" "$work/a" "$scenario" "${options[@]}" --threads 4 --queue heap
    same "$name: the other event queue" "$work/a"
    for other in "$@"; do
        run "$other" "$work/a" "$scenario" "${options[@]}"
        same "$name: $other" "$work/a"
    done
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
