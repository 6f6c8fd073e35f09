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
cat <<'END'

## What the scenarios show

The statements of the course notes by number, and the scenarios that name it in `statements`.

| | statement | scenarios |
| --- | --- | --- |
END
while IFS=, read -r number words; do
    words=${words#\"}
    awk -v number="$number" -v words="${words%\"}" '
        $1 == number { name = $2; sub(/\.json$/, "", name); links = links (links == "" ? "" : ", ") "[" name "](" $2 ")" }
        END { printf "| %s | %s | %s |\n", number, words, links }' <<<"$list"
done <statements.csv

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
