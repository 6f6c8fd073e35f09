#!/usr/bin/env bash
# common_chance.sh SLSIM: what it is good for that both sides of a comparison meet the same chance. For each pair of a change and a figure:
# half the 95 % interval of the difference with common random numbers, with independent seeds, and how many times narrower the first is.
# Theory says it of the first: an overload of N messages with a work of W seconds ends W / 60 or W / 70 seconds after it began. W has the
# standard deviation of sqrt(2 x 48,000) s = 310 s, so the independent difference has 310 x sqrt(1/60^2 + 1/70^2) s = 6.8 s and the common
# one 310 x (1/60 - 1/70) s = 0.74 s: 9.2 times less. At least 5 are asked for: with 30 replications a ratio of estimates has a standard
# error of 18 %, so that 5 lie three of them below.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
slsim=${1:?usage: common_chance.sh SLSIM}
replications=30

# Half the interval of the figure $1 of the comparison that follows.
half_width() {
    local figure=$1
    shift
    "$slsim" compare "$@" --figure "$figure" --replications "$replications" --format csv --quiet |
        awk -F, 'NR == 2 { printf "%.17g", ($10 - $9) / 2 }'
}

# FIGURE SCENARIO OPTIONS...: prints a row, and leaves the ratio in $ratio.
measure() {
    local figure=$1 common independent
    shift
    common=$(half_width "$figure" "$@")
    independent=$(half_width "$figure" "$@" --vary seed=1,2)
    ratio=$(awk -v a="$common" -v b="$independent" 'BEGIN { if (a > 0) printf "%.3g", b / a; else print "inf" }')
    printf '%-36s %-62s %12.4g %12.4g %8s\n' "$figure" "${*: -1}" "$common" "$independent" "$ratio"
}

printf '%-36s %-62s %12s %12s %8s\n' figure change common independent ratio
measure Jobs.BacklogDuration.Maximum scenarios/queue-overload.json --vary Worker.Events.Q.ScalingConfig.MaximumConcurrency=60,70
drain=$ratio
measure Jobs.AgeAtDelete.p99 scenarios/queue-overload.json --vary Worker.Events.Q.ScalingConfig.MaximumConcurrency=60,70
measure cost.month scenarios/queue-overload.json --vary Worker.MemorySize=512,1024
measure calls.RejectedRate scenarios/erlang-b.json --set duration=1000s --vary F.ReservedConcurrentExecutions=10,11
measure calls.ResponseTime.p99 scenarios/erlang-b.json --set duration=1000s --vary F.behavior.init=0ms,300ms
measure Often.ColdStartRate scenarios/cold-start-study.json --set duration=6h --vary Often.behavior.keep_alive=5m,10m

awk -v ratio="$drain" 'BEGIN { exit !(ratio == "inf" || ratio >= 5) }' || {
    echo "the drain's paired interval is $drain times narrower: less than 5"
    exit 1
}
