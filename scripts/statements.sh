#!/usr/bin/env bash
# statements.sh: the tables of scenarios/README.md that say which scenario shows which of the course notes' statements: from the scenarios' key
# `statements`, a list on one line, and scenarios/statements.csv, which has the statements in a few words; and which rule each of
# scenarios/checks breaks, by its `description`.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../scenarios" || exit 2
export LC_ALL=C

# "NUMBER FILE" a line.
tags() {
    local file list number
    while read -r file; do
        list=$(grep -oE '"statements": *\[[0-9, ]*\]' "$file" | tr -cd '0-9, ' | tr ',' ' ')
        [ -n "$list" ] || {
            echo "statements.sh: scenarios/$file: \"statements\" must be one list of numbers on one line" >&2
            exit 1
        }
        for number in $list; do echo "$number ${file#./}"; done
    done < <(grep -rlE --include='*.json' '"statements" *:' . | sort)
}

list=$(tags) || exit 1
# Rows of the statements whose numbers lie from $1 to $2; a third column of the table says why there are no scenarios.
rows() {
    local number words
    awk -v from="$1" -v to="$2" -F, '$1 >= from && $1 <= to' statements.csv | while IFS=, read -r number words; do
        awk -v number="$number" -v line="$words" '
            BEGIN { none = sub(/,none$/, "", line); gsub(/^"|"$/, "", line) }
            $1 == number { name = $2; sub(/\.json$/, "", name); links = links (links == "" ? "" : ", ") "[" name "](" $2 ")" }
            END {
                if ((links == "") != none) { print "statements.sh: statement " number " has " (none ? "a scenario" : "no scenario") >"/dev/stderr"; exit 1 }
                printf "| %s | %s | %s |\n", number, line, none ? "none: there is nothing to check" : links
            }' <<<"$list" || return 1
    done
}

cat <<'END'

## What the scenarios show

The statements of the course notes by number, and the scenarios that name it in `statements`.

| | statement | scenarios |
| --- | --- | --- |
END
rows 1 90 || exit 1
cat <<'END'

What the notes say of configuration, in their order, and what is checked of it: by templates that are refused or warned of (below), and by
scenarios that show what it comes to.

| | statement | checks |
| --- | --- | --- |
END
rows 91 117 || exit 1

cat <<'END'

## What is refused

Templates that break one rule each; `slsim verify` sees that the message of their `expect` is told.

| check | rule |
| --- | --- |
END
for file in checks/*.json; do
    name=${file##*/}
    echo "| [${name%.json}]($file) | $(sed -nE 's/^ *"description": *"(.*)",?$/\1/p' "$file" | sed 's/|/\\|/g') |"
done
