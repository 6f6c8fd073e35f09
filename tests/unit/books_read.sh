#!/usr/bin/env bash
# books_read.sh: every rule and price is read by some code or stands in unread_rules.txt, unread_prices.txt; every rule that code names is in
# the book, and every usage type that it bills has a price. Sees first that it finds a violation of each kind.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
unread=tests/unit/unread_rules.txt
unpaid=tests/unit/unread_prices.txt

# Names that code puts together, and the text that it does so by.
composed() {
    grep -rqE '"init_%[.0-9]*s_%s_%s"' "$1/models" && echo '^init_[a-z]+[0-9a-z.]*_(zip|image)_(x86_64|arm64)$'
    grep -rqF '"managed_policy_%.120s"' "$1/models" && echo '^managed_policy_'
    grep -rqF '"sam_policy_%.120s"' "$1/models" && echo '^sam_policy_'
    grep -rqF '"dax_memory_gb_%s"' "$1/models" && echo '^dax_memory_gb_dax[.]'
    grep -rqF '"dax_rps_%s"' "$1/models" && echo '^dax_rps_dax[.]'
    grep -rqF '"sns_%s_%s"' "$1/models" && echo '^sns_(retry|customer|http)_'
    grep -rqF '"rds_class_%s_%.20s"' "$1/models" && echo '^rds_class_(vcpus|gib|memory_factor)_'
    grep -rqF '"aurora_mysql_max_connections_%.40s"' "$1/models" && echo '^aurora_mysql_max_connections_db[.]'
    grep -rqF '"aurora_v2_%s_max_connections_%d_acu"' "$1/models" && echo '^aurora_v2_(mysql|postgres)_max_connections_[0-9]+_acu$'
    grep -rqF '"ec2_vcpu_%.30s"' "$1/models" && echo '^ec2_(vcpu|memory_gib)_'
    grep -rqF '"ec2_burst_baseline_%.30s"' "$1/models" && echo '^ec2_burst_baseline_'
    grep -rqF '"fargate_memory_gb_%g_vcpu"' "$1/models" && echo '^fargate_memory_gb_'
}

# The names of a book's entries under `rules` or `prices`, one a line.
entries() {
    sed -nE 's/^    "([^"]+)": \{"(value|service)".*/\1/p' "$1"
}

# Every text of the code, without quotes.
texts() {
    grep -rhoE --include='*.[ch]' '"[A-Za-z0-9_.:-]+"' "$1/models" "$1/sim" | tr -d '"' | sort -u
}

# The patterns of a list as regular expressions.
patterns() {
    sed -E '/^(#.*)?$/d; s/[.]/\\./g; s/\*$/.*/; s/^/^/; s/$/$/' "$1"
}

# Names of a list that are not among the unread ones of file $2.
settled() {
    sed -E '/^(#.*)?$/d; /\*$/d' "$1" | grep -vxFf "$2" | sed "s/^/$(basename "$1"): read by now, or in no book: /"
}

# Complaints about the tree at $1, a line each.
judge() {
    local tree=$1 work rule
    work=$(mktemp -d)
    entries "$tree/models/rules/current.json" | sort >"$work/rules"
    texts "$tree" >"$work/texts"
    composed "$tree" >"$work/composed"
    patterns "$tree/$unread" >"$work/known"
    comm -23 "$work/rules" "$work/texts" | grep -vEf "$work/composed" >"$work/unread"
    grep -vEf "$work/known" "$work/unread" | sed 's/^/nothing reads rule /'
    settled "$tree/$unread" "$work/unread"
    {
        grep -rhoE --include='*.c' --include='*.h' 'rule_(number|flag|text|ns|bytes|pause_ns|count|share|interval_ns|find)\([^()"]*(\([^()]*\))?[^()"]*, "[a-z][A-Za-z0-9_.]*"' "$tree/models" "$tree/sim"
        grep -rhoE --include='*.[ch]' '\.(minimum|maximum|step|fallback) = "[a-z][a-z0-9.]*_[A-Za-z0-9_.]*"' "$tree/models"
    } | sed -E 's/.*"([^"]+)"$/\1/' | sort -u | comm -23 - "$work/rules" | sed 's/^/no book has rule /'
    entries "$tree/models/prices/us-east-1.json" | sort >"$work/prices"
    grep -rqF '.prefix = "BoxUsage:"' "$tree/models" && echo '^BoxUsage:' >"$work/composed_prices"
    grep -rqF '.plan = "SavingsPlan-' "$tree/models" && echo '^SavingsPlan-' >>"$work/composed_prices"
    touch "$work/composed_prices"
    comm -23 "$work/prices" "$work/texts" | grep -vEf "$work/composed_prices" >"$work/unbilled"
    patterns "$tree/$unpaid" >"$work/unpaid"
    grep -vEf "$work/unpaid" "$work/unbilled" | sed 's/^/nothing bills by the price of /'
    settled "$tree/$unpaid" "$work/unbilled"
    # a row of a table of line items: a usage type and its help
    grep -rhoE --include='*.c' '\{"[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)+", *$|\{"[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)+", "[A-Z][^"]* ' "$tree/models" |
        sed -E 's/^\{"([^"]+)".*/\1/' | sort -u | comm -23 - "$work/prices" | sed 's/^/no price for usage type /'
    rm -rf "$work"
}

# The small tree that each violation is planted in.
plant() {
    local tree=$1
    mkdir -p "$tree/models/rules" "$tree/models/prices" "$tree/sim" "$tree/tests/unit"
    printf '    "known_s": {"value": 1},\n    "other_s": {"value": 2},\n    "quiet_s": {"value": 3}\n' >"$tree/models/rules/current.json"
    printf '    "Known-Requests": {"service": "x"},\n    "Quiet-Hours": {"service": "y"}\n' >"$tree/models/prices/us-east-1.json"
    printf '# why\nquiet_*\n' >"$tree/$unread"
    printf '# why\nQuiet-Hours\n' >"$tree/$unpaid"
    cat >"$tree/models/a.c" <<'C'
static const struct line_item items[] = {{"Known-Requests", "All of them, by the call."}, {0}};
static const struct property rows[] = {{.minimum = "0", .maximum = "other_s", .fallback = "false"}};
int64_t f(const struct rule_book *rules) { return rule_ns(rules, "known_s"); }
C
}

fails=0
expect() {
    local what=$1 wanted=$2 tree=$3 said
    said=$(judge "$tree")
    if [ "$said" = "$wanted" ]; then
        echo "ok: $what"
    else
        echo "NOT OK: $what: said \"$said\", not \"$wanted\""
        fails=$((fails + 1))
    fi
    rm -rf "$tree"
}

tree=$(mktemp -d) && plant "$tree"
expect 'a good tree' '' "$tree"
tree=$(mktemp -d) && plant "$tree" && sed -i 's/"known_s")/"other_s")/' "$tree/models/a.c"
expect 'seen: a rule that nothing reads' 'nothing reads rule known_s' "$tree"
tree=$(mktemp -d) && plant "$tree" && echo 'known_s' >>"$tree/$unread"
expect 'seen: a rule listed as unread that is read' 'unread_rules.txt: read by now, or in no book: known_s' "$tree"
tree=$(mktemp -d) && plant "$tree" && sed -i 's/rule_ns(rules, "known_s")/rule_ns(rules, "known_s") + rule_ns(book(rules), "unknown_s")/' "$tree/models/a.c"
expect 'seen: code that reads what no book has' 'no book has rule unknown_s' "$tree"
tree=$(mktemp -d) && plant "$tree" && sed -i 's/"other_s"/"unknown_s"/' "$tree/models/a.c" && sed -i 's/return/(void)"other_s"; return/' "$tree/models/a.c"
expect 'seen: a limit that no book has' 'no book has rule unknown_s' "$tree"
tree=$(mktemp -d) && plant "$tree" && sed -i 's/{0}};/{"New-Requests", "Others, by the call."}, {0}};/' "$tree/models/a.c"
expect 'seen: a line item without a price' 'no price for usage type New-Requests' "$tree"
tree=$(mktemp -d) && plant "$tree" && sed -i '/Quiet/d' "$tree/$unpaid"
expect 'seen: a price that nothing bills by' 'nothing bills by the price of Quiet-Hours' "$tree"

said=$(judge .)
if [ -n "$said" ]; then
    echo "$said"
    fails=$((fails + 1))
else
    echo "ok: rules and prices are read"
fi
exit "$((fails > 0))"
