#!/usr/bin/env bash
# launchers.sh SLSIM: the other two ways to spread a sweep. GNU parallel with this machine as the only one, and the commands that the pods of
# the Kubernetes Jobs run, taken from their file: what is merged must be what one machine makes. The file itself is read by kubectl where
# there is one (a server, which would check its fields, is not asked for). Ends with 'N passed, N failed'.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
slsim=$(realpath "${1:?usage: launchers.sh SLSIM}")
scenario=$root/scenarios/sweeps/erlang-grid.json
jobs=$root/scripts/sweep-kubernetes.yaml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

passed=0
failed=0
judge() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED  $what"
        sed 's/^/        /' "$work/said"
    fi
}

judge 'one machine' "$slsim" sweep "$scenario" --quiet --no-progress -o "$work/whole"

if command -v parallel >/dev/null; then
    judge 'sweep-parallel.sh' env HOME="$work" SLSIM="$slsim" "$root/scripts/sweep-parallel.sh" : "$scenario" "$work/parallel" 3
    judge 'the same bytes by parallel' diff -r "$work/whole" "$work/parallel"
else
    echo 'without GNU parallel: sweep-parallel.sh is not run'
fi

# A job array by hand: Slurm runs a copy of the script elsewhere, with nothing beside it. srun is a stand-in.
mkdir -p "$work/spool" "$work/stand-in"
cp "$root/scripts/sweep.slurm" "$work/spool/slurm_script"
printf '#!/bin/sh\nshift\nexec "$@"\n' >"$work/stand-in/srun"
chmod +x "$work/stand-in/srun"
task() { # SLSIM
    env ${1:+SLSIM="$1"} PATH="$work/stand-in:$PATH" SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_COUNT=2 \
        "$work/spool/slurm_script" "$scenario" "$work/array"
}
is_refused() { # SLSIM
    local code
    task "$1" >"$work/refusal" 2>&1
    code=$?
    cat "$work/refusal"
    [ "$code" = 2 ] && grep -q 'SLSIM=' "$work/refusal"
}
unset SLSIM
judge 'sweep.slurm without a program says how to name it' is_refused ''
judge 'sweep.slurm with a program that is none' is_refused "$scenario"
judge 'a task of sweep.slurm' task "$slsim"
judge 'the task wrote its shard' [ -f "$work/array.shards/1-of-2/units.journal" ]

# The N-th folded text of the file, with the volume's path here.
command_of() { # N
    awk -v n="$1" '/^ *- >-$/ { k++; on = k == n; indent = 0; next }
        on { match($0, /^ */); if (!indent) indent = RLENGTH; if (RLENGTH < indent) { on = 0; next } print substr($0, indent + 1) }' "$jobs" |
        tr '\n' ' ' | sed "s,/sweep/,$work/volume/,g"
}
mkdir -p "$work/bin" "$work/volume"
ln -s "$slsim" "$work/bin/slsim"
cp "$scenario" "$work/volume/scenario.json"
PATH=$work/bin:$PATH
export SLSIM_MODELS=$root/models
for pod in 0 1 2 3; do
    judge "pod $pod" env JOB_COMPLETION_INDEX="$pod" SHARDS=4 /bin/sh -c "$(command_of 1)"
done
judge 'the merging pod' env SHARDS=4 timeout 60 /bin/sh -c "$(command_of 2)"
"$slsim" sweep "$work/volume/scenario.json" --quiet --no-progress -o "$work/same-path"
judge 'the same bytes by pods' diff -r "$work/same-path" "$work/volume/result"

shards=$(sed -n 's/^  completions: \([0-9]*\).*/\1/p' "$jobs")
judge 'one number of shards in the file' [ "$(grep -c "name: SHARDS, value: \"$shards\"" "$jobs")" = 2 ]
if command -v kubectl >/dev/null; then
    printf 'resources: [jobs.yaml]\n' >"$work/volume/kustomization.yaml"
    cp "$jobs" "$work/volume/jobs.yaml"
    judge 'kubectl reads the file' bash -c 'kubectl kustomize "$1" | grep -c "^kind: Job$" | grep -qx 2' - "$work/volume"
else
    echo 'without kubectl: the syntax of sweep-kubernetes.yaml is not judged'
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
