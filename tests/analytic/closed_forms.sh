#!/usr/bin/env bash
# closed_forms.sh SLSIM: figures with a closed form lie in Student's 99.9 % interval over the scenario's 20 replications: Erlang's loss formula
# for three distributions of duration, the share of cold starts at a concurrency of one, the mean of M/G/infinity. Where bounds in a scenario's
# `expect` are worked out beforehand, these intervals come from the replications themselves, so they are right for any distribution.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
slsim=${1:?usage: closed_forms.sh SLSIM}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# judge RESOURCE METRIC STAT EXACT: against replications.csv of the scenario that ran last. 3.8834 is Student's t for 19 degrees of freedom,
# 99.9 % two-sided (gsl_cdf_tdist_Pinv(0.9995, 19)).
judge() {
    if awk -F, -v resource="$1" -v metric="$2" -v stat="$3" -v exact="$4" '
        $4 == resource && $5 == metric && $6 == stat { n++; sum += $8; x[n] = $8 }
        END {
            if (n != 20) { printf "%d replications of %s %s, not 20\n", n, resource, metric; exit 1 }
            mean = sum / n
            for (i = 1; i <= n; i++) squares += (x[i] - mean) ^ 2
            half = 3.8834 * sqrt(squares / (n - 1) / n)
            printf "%s %s: %.6g in %.6g +- %.3g\n", resource, metric, exact, mean, half
            # The interval must say something: not wider than a tenth of the figure.
            exit !(exact >= mean - half && exact <= mean + half && half < exact / 10)
        }' "$work/result/replications.csv" >"$work/line"; then
        echo "ok: $(cat "$work/line")"
        passed=$((passed + 1))
    else
        echo "FAILED: $(cat "$work/line")"
        failed=$((failed + 1))
    fi
}

run() {
    rm -rf "$work/result"
    "$slsim" run "scenarios/validation/$1.json" --quiet --no-progress -o "$work/result" || failed=$((failed + 1))
}

run erlang-b-10
for source in exponential lognormal constant; do judge "$source" RejectedRate Average 21.45823; done
# The judgement can fail: another figure is not in the interval.
if (judge exponential RejectedRate Average 22.5 >"$work/planted"; ! grep -q '^FAILED' "$work/planted"); then
    echo 'FAILED: 22.5 % passes for Erlang B of 10 on 10'
    failed=$((failed + 1))
fi
run erlang-b-15
for source in exponential lognormal constant; do judge "$source" RejectedRate Average 3.649695; done
run limit-1
judge E1 ColdStartRate Average 36.78794 # exp(-1)
judge E3 ColdStartRate Average 4.978707 # exp(-3)
run unlimited
for function in Exponential Lognormal Constant; do judge "$function" ConcurrentExecutions Average 10; done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" = 11 ]
