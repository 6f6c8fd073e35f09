#!/usr/bin/env bash
# limits.sh SLSIM: every rule that is marked as a limit ("limit": true) is crossed by a test: goes beyond it, and looks at what is then refused,
# throttled or cut off. Prints a table, a line a limit: the rule, and what crosses it. A test says so by a tag, the rules' names separated by
# spaces: "crosses: RULE RULE" (or "HEAD*": all that begin so), in a comment of tests/unit/*.c or tests/analytic/*, of a case's `cmd`, or of a scenario. The limits of property
# tables are crossed by tests/unit/test_property_limits.c, which prints the tags. Limits that no code reads (tests/unit/unread_rules.txt) need none.
# Before that, sees that it finds a limit that nothing crosses, and a tag that names no limit.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
slsim=$(realpath "${1:?usage: limits.sh SLSIM}")
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The limits of a book, one a line.
limits() {
    jq -r '.rules | to_entries[] | select(.value.limit == true) | .key' "$1" | sort
}

# "rule file" of every tag below a folder.
tags() {
    (cd "$1" && grep -rnoE --include='*.c' --include='*.sh' --include=cmd --include='*.json' 'crosses:( [a-z][a-z0-9_.]*[*]?)+' tests/unit tests/analytic tests/cli scenarios) |
        sed -E 's|^([^:]*):[0-9]*:crosses: |\1 |' | awk '{for (i = 2; i <= NF; i++) print $i, $1}' | sort -u
}

# Complaints about limits ($1) and crossings ($2), a line each.
judge() {
    {
        cut -d' ' -f1 "$2" | grep -v '[*]$'
        cut -d' ' -f1 "$2" | sed -n 's/[*]$//p' | while read -r head; do grep -F "$head" "$1" | awk -v head="$head" 'index($0, head) == 1'; done
    } | sort -u >"$work/crossed"
    comm -23 "$1" "$work/crossed" | sed 's/^/no test crosses the limit /'
    comm -13 "$1" "$work/crossed" | sed 's/^/a tag names no limit of the book: /'
}

# One of each kind is seen.
printf '{"rules": {"a_max": {"value": 1, "limit": true}, "b_max": {"value": 1, "limit": true}, "c": {"value": 1}, "d_one": {"value": 1, "limit": true}, "d_two": {"value": 1, "limit": true}}}' >"$work/book.json"
mkdir -p "$work/tree/tests/unit" "$work/tree/tests/analytic" "$work/tree/tests/cli/one" "$work/tree/scenarios"
printf '/* crosses: a_max c d_* */\n' >"$work/tree/tests/unit/test.c"
limits "$work/book.json" >"$work/limits"
tags "$work/tree" >"$work/tags"
if [ "$(judge "$work/limits" "$work/tags")" != $'no test crosses the limit b_max\na tag names no limit of the book: c' ]; then
    echo "FAILED: a missing test or a wrong tag is not seen"
    exit 1
fi

sed -E '/^(#.*)?$/d; s/[.]/\\./g; s/\*$/.*/; s/^/^/; s/$/$/' tests/unit/unread_rules.txt >"$work/unread"
limits models/rules/current.json >"$work/all"
grep -vEf "$work/unread" "$work/all" >"$work/limits"
{
    tags .
    "$(dirname "$slsim")/tests/unit_test_property_limits" 2>/dev/null | sed -nE 's|^crosses: (.*)|\1 tests/unit/test_property_limits.c|p'
} | sort -u >"$work/tags"
awk '$1 !~ /[*]$/ {files[$1] = files[$1] " " $2} END {for (rule in files) print rule files[rule]}' "$work/tags" | sort
judge "$work/limits" "$work/tags" >"$work/said"
cat "$work/said"
[ ! -s "$work/said" ] || echo 'hint: go beyond the limit in a test and write "crosses: RULE" in its comment (a case: in its cmd); a limit of a property table needs no tag'
echo "$(wc -l <"$work/limits") limits, $(grep -c '^no test' "$work/said") that no test crosses; $(grep -cEf "$work/unread" "$work/all") that nothing reads"
[ ! -s "$work/said" ]
