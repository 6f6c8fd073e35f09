#!/usr/bin/env bash
# contract.sh SLSIM: every name of contract.txt is in the program, or the program says in plain words that it is not modelled yet. Prints
# a table, a line a name: `there`, `refused: <the message>` or `missing: <the message>`; a name that is missing fails. Before that, sees that
# an invented name of each kind is missing.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
slsim=$(realpath "${1:?usage: contract.sh SLSIM}")
list=$PWD/tests/golden/contract.txt
cases=$PWD/tests/cli/cases
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
export LC_ALL=C NO_COLOR=1 XDG_STATE_HOME=$work/state

# What the program says in plain words of what it cannot do yet.
plain='not modelled yet|not built yet|is not simulated|has no effect on this simulation|nothing here is measured in|cannot be set while it runs'

# The base scenario, and the files that the list's scenarios name.
cat >base.json <<'END'
{
  "duration": "3m",
  "Resources": {
    "F": {"Type": "AWS::Serverless::Function", "Properties": {}},
    "G": {"Type": "AWS::Serverless::Function", "Properties": {}},
    "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
    "Api": {"Type": "AWS::Serverless::Function", "Properties": {"AutoPublishAlias": "live", "DeploymentPreference": {"Type": "AllAtOnce"}}},
    "ApiErrors": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum",
      "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "Api"}}], "Period": 60, "EvaluationPeriods": 1, "Threshold": 0,
      "ComparisonOperator": "GreaterThanThreshold"}},
    "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {}},
    "Clicks": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}},
    "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
    "Orders": {"Type": "AWS::DynamoDB::Table", "Properties": {"BillingMode": "PAY_PER_REQUEST"}},
    "Dax": {"Type": "AWS::DAX::Cluster", "Properties": {"NodeType": "dax.r5.large", "ReplicationFactor": 1, "IAMRoleARN": "r"}},
    "Redis": {"Type": "AWS::ElastiCache::ReplicationGroup", "Properties": {"CacheNodeType": "cache.t4g.micro"}},
    "Partner": {"Type": "Custom::External", "Properties": {}}
  },
  "behavior": {"F": {"duration": "20ms"}, "G": {"duration": "20ms"}, "Api": {"duration": "20ms"}},
  "traffic": [{"name": "calls", "target": "F", "poisson": "1/s"},
              {"name": "users", "target": "Api", "poisson": "1/s"},
              {"name": "jobs", "target": "Jobs", "poisson": "1/s"},
              {"name": "orders", "target": "Orders", "poisson": "1/s"},
              {"name": "news", "target": "Topic", "poisson": "1/s"},
              {"name": "clicks", "target": "Clicks", "poisson": "1/s", "key": {"uniform": 10}}]
}
END
printf '// a comment\n{"duration": "1m", /* another */ "Resources": {"F": {"Type": "AWS::Lambda::Function"}}, "traffic": []}\n' >comments.json
printf '{"drain": "1s"}\n' >parent.json
printf '{"Resources": {"T": {"Type": "AWS::SQS::Queue"}}}\n' >template.json
printf 'Resources:\n  T:\n    Type: AWS::SQS::Queue\n' >template.yaml
cp "$PWD/base.json" other.json
jq '.prices.Request |= .' <"$(dirname "$list")/../../models/prices/us-east-1.json" >prices.json
printf 'duration_ms\n20\n30\n' >durations.csv
printf 't_s,ms\n1,20\n2,30\n' >arrivals.csv
printf 'HashFunction,1,2\na,3,4\n' >counts.csv
cp counts.csv i.csv
printf 'HashFunction' >d.csv
for p in 0 1 25 50 75 99 100; do printf ',percentile_Average_%s' $p >>d.csv; done
printf '\na,1,2,3,4,5,6,7\n' >>d.csv
printf 'HashFunction,AverageAllocatedMb\na,100\n' >m.csv

# The program's own tables: "TYPE|what|name" a line.
"$slsim" schema >schema.json && "$slsim" schema --reference models >models.md && "$slsim" schema --reference scenarios >scenarios.md || exit 1
awk '
    /^## / { type = $2; gsub(/[`:]*$/, "", type); gsub(/`/, "", type); what = "property" }
    /^`behavior`:/ { what = "behavior" }
    /^Metrics:/ { what = "metric" }
    /^On the bill/ { what = "bill" }
    /^In `changes`/ { what = "change" }
    /^Keys of/ { what = "key" }
    /^Accepted, without effect/ || /^Not modelled yet/ {
        kind = /^Not/ ? "later" : "accepted"
        line = $0
        while (match(line, /`[^`]+`/)) { print type "|" kind "|" substr(line, RSTART + 1, RLENGTH - 2); line = substr(line, RSTART + RLENGTH) }
    }
    /^\| `/ {
        split($0, cell, " [|] ")
        first = cell[1]; sub(/^\| /, "", first); gsub(/`/, "", first)
        second = cell[2]; gsub(/`/, "", second)
        print type "|" what "|" (what == "metric" ? first " " second : first)
    }' models.md >tables.txt

status='' detail=''
there() { status=there detail=''; }

# What the program answers to a command line: accepted, refused in plain words, or anything else.
judge() { # judge CODE FILE
    detail=$(grep -E -m1 "$plain" "$2" | sed -E 's/^[^ ]*: (error|warning): //')
    if [ -n "$detail" ]; then
        status=refused
    elif [ "$1" = 0 ] || [ "$1" = 1 ]; then
        there
    else
        status=missing detail=$(grep -m1 'error' "$2")
    fi
}

ask() { # ask ARGUMENTS...: the program, with the base scenario on standard input
    "$slsim" "$@" <base.json >answer 2>said
    judge $? said
}

try_patch() { # try_patch JQ [ARGUMENT]: the base scenario, changed
    jq --argjson with "${2:-null}" "$1" base.json >probe.json || exit 2
    ask check probe.json
}

in_table() { # in_table TYPE WHAT NAME; a serverless function has what a function has
    grep -qxF "$1|$2|$3" tables.txt && there && return
    [ "$1" = AWS::Serverless::Function ] && grep -qxF "AWS::Lambda::Function|$2|$3" tables.txt && there
}

has_value() { # has_value FILE COLUMN VALUE
    cut -d, -f"$2" "$1" | grep -xF -c -- "$3" >/dev/null
}

in_schema() { # in_schema JQ NAME
    jq -e --arg name "$2" "$1 | has(\$name)" schema.json >/dev/null 2>&1 && there
}

processes='["constant","poisson","stages","diurnal","mmpp","bursts","schedule","users","trace","per_minute"]'
# One process only, and the new one where there is one.
lay_source=".traffic[0] |= (if (\$with | keys - (\$with | keys - $processes)) == [] then . + \$with else (del(.poisson) + \$with) end)"

probe() { # probe WHAT NAME...: one name, or one JSON text
    local what=$1 name=$2
    status=missing detail=''
    case $what in
    key) in_schema .properties "$name" ;;
    account) in_schema '."$defs".account.properties' "$name" ;;
    traffic) in_schema '."$defs".traffic.properties' "$name" ;;
    expect) in_schema '[.properties.expect.then.items.anyOf[].properties] | add' "$name" ;;
    try) try_patch '. as $base | ($with | if .traffic then .traffic = [$base.traffic[0] + .traffic[0]] else . end) as $with | . * $with' "$name" ;;
    source) try_patch "$lay_source" "$name" ;;
    behavior) try_patch '.behavior.F += $with' "$name" ;;
    step) try_patch 'del(.behavior.F.duration) | .behavior.F.steps = [$with]' "$name" ;;
    event) try_patch ".Resources.F.Properties.Events = {\"E\": {\"Type\": \"${name%% *}\", \"Properties\": \$with}} | .Resources.Jobs.Properties.VisibilityTimeout = 100" \
        "${name#* }" ;;
    say)
        local words
        read -ra words <<<"${name//BASE/base.json}"
        ask "${words[@]}"
        ;;
    sweep)
        jq --argjson sweep "$name" '.sweep = $sweep' base.json >probe.json
        rm -rf swept
        ask sweep probe.json -o swept
        ;;
    command) grep -q "^  $name  " overview && there || ask "$name" base.json ;;
    exit) { [ "$name" = 0 ] || grep -rlxF --include=exit "$name" "$cases" | sed -n 1p | grep -q .; } && there ;;
    environment) grep -rlF --include=cmd "$name=" "$cases" | sed -n 1p | grep -q . && there ;;
    file) [ -s "result/$name" ] && there ;;
    manifest) jq -e --arg name "$name" 'has($name)' result/manifest.json >/dev/null && there ;;
    answer) jq -e --arg name "$name" 'has($name)' answer.json >/dev/null && there ;;
    answer-figure) jq -e --arg name "$name" '.figures[0] | has($name)' answer.json >/dev/null && there ;;
    answer-setting) jq -e --arg name "$name" '.settings[0] | has($name)' answer.json >/dev/null && there ;;
    class) has_value result/histograms.csv 4 "$name" && there ;;
    fate) grep -rqwF "\"$name\"" "$sources" && there ;;
    service) jq -e --arg name "${name//_/ }" 'any(.prices[]; .service == $name)' "$prices" >/dev/null && there ;;
    stat) has_value result/summary.csv 4 "$name" && there ;;
    part) has_value result/summary.csv 2 "$name" && there ;;
    namespace) grep -qF "|metric|$name " tables.txt && there || try_patch '.Resources.ApiErrors.Properties.Namespace = $with' "\"$name\"" ;;
    type)
        in_table "$name" type "$name" || grep -q "^## $name\$" models.md && there ||
            try_patch '.Resources.X = {"Type": $with, "Properties": {}} | .traffic[0].target = "X"' "\"$name\""
        ;;
    unmodelled) try_patch ".Resources.X = {\"Type\": \"AWS::Neptune::DBInstance\"} | .behavior.X[\"$name\"] = 1" ;;
    *) echo "contract.sh: no kind \"$what\"" >&2 && exit 2 ;;
    esac
}

probe_of() { # probe_of WHAT PLACE NAME: one name of a place
    local what=$1 place=$2 name=$3
    status=missing detail=''
    case $what in
    behavior-of)
        in_table "$place" behavior "$name" ||
            try_patch ".Resources.X = {\"Type\": \"$place\", \"Properties\": {}} | .behavior.X[\"$name\"] = 1"
        ;;
    property-of)
        in_table "$place" property "$name" || in_table "$place" accepted "$name" || try_patch ".Resources.X = {\"Type\": \"$place\", \"Properties\": {\"$name\": {}}}"
        ;;
    fault-on)
        try_patch ".Resources.X = {\"Type\": \"$place\"} | .changes = [{\"at\": \"1m\", \"fault\": \"X\", \"kind\": \"$name\", \"action\": \"sqs:SendMessage\"}]"
        ;;
    column) head -n 1 "result/$place" | tr ',' '\n' | grep -qxF "$name" && there ;;
    option) "$slsim" "$place" --help | grep -qE "(^|[ ,])$name( |,|\$)" && there || ask "$place" base.json "$name" ;;
    esac
}

metric_there() { # metric_there NAMESPACE TYPE NAME
    status=missing detail=''
    in_table "$2" metric "$1 $3"
}

"$slsim" --help >overview
sources=$(dirname "$list")/../../sim/engine
prices=$(dirname "$list")/../../models/prices/us-east-1.json
"$slsim" run base.json -q -o result --trace steps.csv --set F.behavior.init=300ms >said 2>&1 || { cat said && exit 1; }
cp steps.csv result/
cp -r result out
"$slsim" compare base.json --vary F.MemorySize=256 --replications 2 --format json >compare.json 2>said
"$slsim" size base.json --vary F.MemorySize=128,256 --minimize cost.month --format json >size.json 2>said
jq -s '.[0] * {settings: (.[0].settings // .[1].settings)}' <(jq . size.json) size.json >answer.json

row() { # row WHAT NAME
    printf '%-8s %s %s%s\n' "$status" "$1" "$2" "${detail:+: $detail}"
}

# An invented name of each kind is missing.
failed=0
must_miss() {
    [ "$status" = missing ] || {
        echo "FAILED: an invented $* is not missed: $status $detail"
        failed=1
    }
}
for what in key account traffic expect command exit environment file manifest answer answer-figure answer-setting class fate service stat part; do
    probe "$what" Invented
    must_miss "$what"
done
for what in try source behavior step; do
    probe "$what" '{"invented": 1}'
    must_miss "$what"
done
probe event 'Invented {}'
must_miss event
probe say 'check BASE --invented'
must_miss option
probe_of behavior-of AWS::SQS::Queue invented
must_miss behavior of a queue
probe_of property-of AWS::SQS::Queue Invented
must_miss property of a queue
probe_of fault-on AWS::SQS::Queue invented
must_miss fault
probe_of column cost.csv invented
must_miss column
probe_of option run --invented
must_miss option
metric_there AWS/SQS AWS::SQS::Queue Invented
must_miss metric

declare -A count=([there]=0 [refused]=0 [missing]=0)
while read -r what rest; do
    case $what in
    '' | '#'*) continue ;;
    try | source | behavior | step | event | say | sweep)
        probe "$what" "$rest"
        row "$what" "$rest"
        count[$status]=$((count[$status] + 1))
        continue
        ;;
    metric)
        read -r space type rest <<<"$rest"
        for name in $rest; do
            metric_there "$space" "$type" "$name"
            row "metric $space $type" "$name"
            count[$status]=$((count[$status] + 1))
        done
        continue
        ;;
    esac
    place=
    case $what in behavior-of | property-of | fault-on | column | option) read -r place rest <<<"$rest" ;; esac
    for name in $rest; do
        if [ -n "$place" ]; then probe_of "$what" "$place" "$name"; else probe "$what" "$name"; fi
        row "$what${place:+ $place}" "$name"
        count[$status]=$((count[$status] + 1))
    done
done <"$list"
echo "${count[there]} there, ${count[refused]} refused, ${count[missing]} missing"
[ "$failed" = 0 ] && [ "${count[missing]}" = 0 ] && [ "${count[there]}" -gt 0 ]
