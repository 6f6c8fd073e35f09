#!/usr/bin/env bash
# reference.sh SLSIM [--update]: the reference pages in the tree are what the program's own tables say today, and the scenarios of theirs.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
slsim=${1:?usage: reference.sh SLSIM [--update]}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
for page in scenarios models; do
    "$slsim" schema --reference "$page" >"$work/$page.md" || exit 1
    [ "$page" != scenarios ] || scripts/statements.sh >>"$work/$page.md" || exit 1
    [ "${2:-}" != --update ] || cp "$work/$page.md" "$page/README.md"
    diff -u --label "$page/README.md" --label "slsim schema --reference $page" "$page/README.md" "$work/$page.md" || status=1
done
[ "$status" = 0 ] || echo "write them anew with: tests/golden/reference.sh build/release/slsim --update"
exit "$status"
