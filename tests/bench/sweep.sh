#!/usr/bin/env bash
# sweep.sh [SLSIM]: how fast a sweep of 10,000 points of a short scenario is, on one thread and on two, and that its memory does not grow
# with the number of points. Prints points per second, processor time, peak memory, and the efficiency of the second core: by the clock
# (which other work on the machine spoils) and by processor time (what threads cost each other). Judges nothing but the bytes.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
slsim=${1:-build/release/slsim}
[ -x "$slsim" ] || { echo "sweep.sh: build it first: cmake --preset release && cmake --build --preset release" >&2; exit 2; }
[ -x /usr/bin/time ] || { echo "sweep.sh: needs the package time" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# points STEP THREADS FOLDER: capacities from 1 to 100 in steps, with 100 loads each. Leaves "elapsed user system kilobytes" in $measured.
points() {
    /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$slsim" sweep scenarios/erlang-size.json --set duration=200s \
        --vary Api.ReservedConcurrentExecutions=1:100:"$1" --vary callers.poisson=1/s:20/s@lin:100 --threads "$2" -q --no-progress -o "$work/$3" || exit 1
    read -r elapsed user system kilobytes <"$work/time"
}

elapsed_one=0 elapsed_two=0 processor_one=0 processor_two=0
printf '%8s %8s %12s %12s %12s\n' points threads 'points/s' 'processor s' 'peak MB'
for shape in '10 1 small' '1 1 one' '1 2 two'; do
    read -r step threads folder <<<"$shape"
    points "$step" "$threads" "$folder"
    count=$((10000 / step))
    awk -v n="$count" -v t="$threads" -v e="$elapsed" -v u="$user" -v s="$system" -v m="$kilobytes" \
        'BEGIN { printf "%8d %8d %12.0f %12.2f %12.1f\n", n, t, n / e, u + s, m / 1024 }'
    declare "elapsed_$folder=$elapsed" "processor_$folder=$(awk -v u="$user" -v s="$system" 'BEGIN { print u + s }')"
done
cmp "$work/one/runs.csv" "$work/two/runs.csv" && cmp "$work/one/points.csv" "$work/two/points.csv" || exit 1
awk -v e1="$elapsed_one" -v e2="$elapsed_two" -v p1="$processor_one" -v p2="$processor_two" \
    'BEGIN { printf "efficiency of two threads: %.2f by the clock, %.2f by processor time\n", e1 / e2 / 2, p1 / p2 }'
