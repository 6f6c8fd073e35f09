#!/usr/bin/env bash
# golden.sh SLSIM [--update]: tests/golden/constant.json gives exactly the files in tests/golden/expected.
# `--update` takes what the program gives as the new expectation; read the difference before committing it.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
slsim=${1:?usage: golden.sh SLSIM [--update]}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$slsim" run tests/golden/constant.json --quiet --no-progress -o "$work/constant" || exit 1
# The rules and prices in the manifest change with the books and are not what is judged here.
rm -f "$work/constant/manifest.json"
if [ "${2:-}" = --update ]; then
    rm -rf tests/golden/expected
    cp -r "$work/constant" tests/golden/expected
fi
diff -r tests/golden/expected "$work/constant"
