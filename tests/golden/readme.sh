#!/usr/bin/env bash
# readme.sh SLSIM [--update]: no README can lie: each `console` block's commands are run in order, in one folder that has the scenarios, and
# print exactly what the block shows (standard output; the commands join standard error themselves where it matters). Those of the
# architectures are read like the one at the top, from which all paths go.
# `--update` writes what they print into the READMEs.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
slsim=$(realpath "${1:?usage: readme.sh SLSIM [--update]}")
update=${2:-}
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/in/build/release" "$work/in/results"
ln -s "$slsim" "$work/in/build/release/slsim"
ln -s "$root/scenarios" "$root/scripts" "$work/in/"
export NO_COLOR=1 LC_ALL=C

# Prints the README anew.
play() { # play README
    local inside=0 line
    while IFS= read -r line; do
        if [ "$inside" = 0 ]; then
            printf '%s\n' "$line"
            [ "$line" != '```console' ] || inside=1
        elif [ "$line" = '```' ]; then
            printf '%s\n' "$line"
            inside=0
        elif [[ $line == '$ '* ]]; then
            printf '%s\n' "$line"
            (cd "$work/in" && eval "${line#\$ }") 2>/dev/null </dev/null
        fi
    done <"$1"
}

failed=0
for file in README.md scenarios/architectures/*/README.md; do
    [ -e "$file" ] || continue
    play "$file" >"$work/README.md"
    commands=$(awk '/^```console$/ {inside = 1} /^```$/ {inside = 0} inside && /^\$ / {n++} END {print n + 0}' "$file")
    echo "$file: $commands commands"
    [ "$commands" -gt 0 ] || failed=1
    if [ "$update" = --update ]; then
        cp "$work/README.md" "$file"
    fi
    diff -u --label "$file" --label printed "$file" "$work/README.md" || failed=1
done
[ "$failed" = 0 ]
