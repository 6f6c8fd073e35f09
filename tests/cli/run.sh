#!/usr/bin/env bash
# run.sh SLSIM [CASE...]: runs the command-line cases and compares what they print and return. SLSIM is the program, or the build folder it
# is in; CASE is a folder under tests/cli/cases, all of them where none is named.
#
# A case is a folder with the file `cmd` (bash, run in an empty folder of its own; $SLSIM is the program, $ROOT the repository, $CASE the
# case's folder, and these files, if they are there:
#   stdout  the exact standard output
#   stderr  regular expressions (grep -E), a line each: each matches a line of standard error, in this order; an empty file: nothing was said
#   exit    the exit code (0 where there is none)
set -uo pipefail

cli=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$cli/../.." && pwd)
[ $# -ge 1 ] || {
    echo "usage: $0 SLSIM|BUILD_FOLDER [CASE...]" >&2
    exit 2
}
SLSIM=$(realpath "$1")
shift
[ ! -d "$SLSIM" ] || SLSIM=$SLSIM/slsim
[ -x "$SLSIM" ] || {
    echo "$SLSIM is no program" >&2
    exit 2
}
export SLSIM ROOT CASE
export LC_ALL=C
unset NO_COLOR SLSIM_MODELS

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Cases know nothing of each other: as many at a time as there are processors.
jobs=$(nproc)

# Does every expression of $1 match a line of $2, in order?
matches() {
    local from=1 pattern found
    [ -s "$1" ] || {
        [ ! -s "$2" ] || echo "standard error should be empty:"
        return 0
    }
    while IFS= read -r pattern || [ -n "$pattern" ]; do
        found=$(tail -n "+$from" "$2" | grep -nE -m1 -e "$pattern" | cut -d: -f1)
        [ -n "$found" ] || {
            echo "standard error has no line (from line $from on) that matches: $pattern"
            return 0
        }
        from=$((from + found))
    done <"$1"
}

run_case() { # CASE FOLDER: where it runs, what it prints beside
    CASE=$1
    local folder=$2/in code expected=0
    rm -rf "$folder"
    mkdir -p "$folder"
    [ ! -f "$CASE/exit" ] || read -r expected <"$CASE/exit"
    (cd "$folder" && timeout 60 bash "$CASE/cmd" </dev/null >"$2/stdout" 2>"$2/stderr")
    code=$?
    [ "$code" = "$expected" ] || echo "exit code $code, expected $expected"
    [ ! -f "$CASE/stdout" ] || diff -u --label expected --label printed "$CASE/stdout" "$2/stdout"
    [ ! -f "$CASE/stderr" ] || matches "$CASE/stderr" "$2/stderr"
}

# Every $jobs-th case from the $1-th on. What is wrong with a case is kept in said-NUMBER, which is empty where nothing is.
run_share() {
    local i said=$work/$1/said
    mkdir "$work/$1"
    for ((i = $1; i < ${#cases[@]}; i += jobs)); do
        run_case "${cases[i]}" "$work/$1" >"$said"
        if [ -s "$said" ]; then
            head -n 1 "$said"
            tail -n +2 "$said" | head -n 40
            sed 's/^/    stderr: /' "$work/$1/stderr" | head -n 20
        fi >"$work/said-$i"
    done
}

if [ $# -gt 0 ]; then
    cases=("${@/%\//}")
    for i in "${!cases[@]}"; do
        [ -d "${cases[$i]}" ] && cases[i]=$(realpath "${cases[$i]}") || cases[i]=$cli/cases/${cases[$i]}
    done
else
    mapfile -t cases < <(find "$cli/cases" -name cmd -printf '%h\n' | LC_ALL=C sort)
fi

for ((share = 0; share < jobs; share++)); do
    run_share "$share" &
done
wait

passed=0 failed=0
for i in "${!cases[@]}"; do
    if [ -f "$work/said-$i" ] && [ ! -s "$work/said-$i" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s: ' "${cases[i]#"$cli/cases/"}"
        cat "$work/said-$i"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
