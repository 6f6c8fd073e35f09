#!/usr/bin/env bash
# readme.sh SLSIM [--update]: the README cannot lie: each `console` block's commands are run in order, in one folder that has the scenarios, and
# print exactly what the block shows (standard output; the commands join standard error themselves where it matters).
# `--update` writes what they print into the README.
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

inside=0
commands=0
: >"$work/README.md"
while IFS= read -r line; do
    if [ "$inside" = 0 ]; then
        printf '%s\n' "$line" >>"$work/README.md"
        [ "$line" != '```console' ] || inside=1
    elif [ "$line" = '```' ]; then
        printf '%s\n' "$line" >>"$work/README.md"
        inside=0
    elif [[ $line == '$ '* ]]; then
        printf '%s\n' "$line" >>"$work/README.md"
        (cd "$work/in" && eval "${line#\$ }") >>"$work/README.md" 2>/dev/null </dev/null
        commands=$((commands + 1))
    fi
done <README.md

echo "$commands commands"
[ "$commands" -gt 0 ] || exit 1
if [ "$update" = --update ]; then
    cp "$work/README.md" README.md
fi
diff -u --label README.md --label printed README.md "$work/README.md"
