#!/usr/bin/env bash
# dependency_law.sh: the includes run one way, the simulator names no cloud service, models touch no file or text, file names are unique.
# First plants one violation of each kind in a copy of a small tree and expects to see it, then judges the tree itself.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2

# What each layer may include besides the C library and other libraries' headers: an extended regular expression on the included name.
# A result is written by `output` as `experiment` leaves it, so output sees experiment's headers; experiment never sees output's.
declare -A allowed=(
    [sim/engine]='^engine/'
    [sim/measure]='^(measure|engine)/'
    [sim/document]='^(document/|engine/(status|room|key_map)\.h$)'
    [sim/notation]='^(notation|document|engine)/'
    [sim/scenario]='^(scenario|notation|document|measure|engine)/'
    [sim/schema]='^(schema|scenario|notation|document|measure|engine)/'
    [sim/experiment]='^(experiment|scenario|notation|document|measure|engine)/'
    [sim/output]='^(output|experiment|scenario|notation|document|measure|engine)/'
    [sim/command]='^(command|output|experiment|schema|scenario|notation|document|measure|engine)/'
)
model_sees='^(engine/|measure/|notation/property\.h$|scenario/validation\.h$)'

# "file line name" of every #include "name" of the files that standard input names.
includes() {
    xargs grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' | sed -E 's/^([^:]*):([0-9]+):[^"]*"([^"]*)".*/\1 \2 \3/'
}

# "file<TAB>line<TAB>code", without comments, of the files that standard input names; text in quotes stays. One process for all of them:
# the tree has many files.
code() {
    xargs awk '
    FNR == 1 { inside = 0 }
    {
        out = ""; rest = $0; quote = ""
        while (rest != "") {
            if (inside) {
                at = index(rest, "*/")
                if (!at) break
                rest = substr(rest, at + 2); inside = 0
            } else if (quote != "") {
                at = match(rest, quote == "\"" ? "[\"\\\\]" : "[\047\\\\]")
                if (!at) { out = out rest; break }
                taken = substr(rest, at, 1) == "\\" ? at + 1 : at
                if (taken == at) quote = ""
                out = out substr(rest, 1, taken); rest = substr(rest, taken + 1)
            } else {
                at = match(rest, "[\"\047]|/\\*|//")
                if (!at) { out = out rest; break }
                out = out substr(rest, 1, at - 1); two = substr(rest, at, 2)
                if (two == "//") break
                if (two == "/*") { inside = 1; rest = substr(rest, at + 2) }
                else { quote = substr(rest, at, 1); out = out quote; rest = substr(rest, at + 1) }
            }
        }
        print FILENAME "\t" FNR "\t" out
    }'
}

# Of lines as `code` writes them, those whose code matches BEGIN then PATTERN, but for what ALLOWED says of their file: "file:line: WHAT".
offences() { # offences WHAT ALLOWED BEGIN PATTERN
    local file line text
    grep -iE $'^[^\t]*\t[^\t]*\t'"(|.*$3)$4" | while IFS=$'\t' read -r file line text; do
        grep -qE "$("$2" "$file")" <<<":$text" || echo "$file:$line: $1"
    done
}
nothing_allowed() {
    echo '^$'
}

# Names of services. A whole word, or the head of a longer name (lambda_function, AWS::Lambda::Function).
services='aws|amazon|lambda|sqs|sns|kinesis|dynamo|firehose|fargate|cloudwatch|cloudfront|eventbridge|apigateway|api_gateway|step_functions|stepfunctions|ec2|efs|rds|elasticache|cognito|azure|gcp|google'
# Where a name belongs to a file format that the simulator reads, not to what it simulates: path, then the lines that may hold it.
format_words() {
    case $1 in
    # Templates: the words of CloudFormation's pseudo parameters (AWS::NoValue, AWS::Region) and of SAM's transform.
    sim/document/document.c | sim/document/template*.c) echo 'AWS::' ;;
    sim/notation/parse.c) echo 'AWS::NoValue' ;;
    sim/notation/references.c) echo '"AWS"' ;;
    # The public trace that `fleet` reads, and its key.
    sim/scenario/fleet*.[ch] | sim/scenario/scenario.c | sim/schema/schema.c | sim/schema/fleet_text.c | sim/document/traces.[ch]) echo 'azure' ;;
    *) echo '^$' ;;
    esac
}

# Where library code ends the program all the same: on a programmer's mistake that no input can bring about.
asserts() {
    case $1 in
    sim/engine/rule_book.c) echo '^:[[:space:]]*abort\(\);$' ;; # a model asks for a rule that no book has
    *) echo '^$' ;;
    esac
}

law() {
    local root=$1 file layer line name folder
    (
        cd "$root" || exit 2
        while read -r file line name; do
            layer=${file%/*}
            case $file in
            models/*/*)
                folder=${file#models/}
                folder=${folder%%/*}
                if [[ ! $name =~ $model_sees && $name != "$folder"/* ]] && ! [[ $name != */* && -e models/$folder/$name ]]; then
                    echo "$file:$line: a model may not include $name"
                fi
                ;;
            models/*) # The table of model types sees every model; what it shows the simulator is its own header.
                if [[ ! $name =~ $model_sees ]] && ! [ -e "models/$name" ]; then
                    echo "$file:$line: the table of models may not include $name"
                fi
                ;;
            sim/command/main.c)
                [[ $name =~ ${allowed[sim/command]} || $name == models.h ]] || echo "$file:$line: main.c may not include $name"
                ;;
            *)
                [[ -n ${allowed[$layer]:-} && $name =~ ${allowed[$layer]:-^$} ]] || echo "$file:$line: ${layer} may not include $name"
                ;;
            esac
        done < <(find sim models -name '*.[ch]' | LC_ALL=C sort | includes)

        find sim models -name '*.[ch]' | LC_ALL=C sort | code >"$lines"
        grep '^sim/' "$lines" | grep -v '^sim/command/main\.c' |
            offences 'the simulator names a cloud service' format_words '[^[:alnum:]]' "($services)([^[:alnum:]]|\$)"
        grep '^models/' "$lines" |
            offences 'a model touches a file, the terminal or JSON' nothing_allowed '[^[:alnum:]_]' \
                '(fopen|open|freopen|printf|fprintf|vfprintf|puts|fputs|putchar|fwrite|perror|cJSON_[A-Za-z]+)[[:space:]]*\('
        grep -vE '^sim/(output|command)/' "$lines" |
            offences 'library code prints or exits' asserts '[^[:alnum:]_>.]' '(exit|_exit|abort|printf|puts|putchar|perror)[[:space:]]*\('

        find sim models tests -name '*.[ch]' 2>/dev/null | sed 's|.*/||' | LC_ALL=C sort | uniq -d | sed 's/$/: two files have this name/'
    )
}

failures=0
say() { # say WHAT HOLDS(0|1)
    if [ "$2" = 0 ]; then
        echo "ok: $1"
    else
        echo "FAILED: $1"
        failures=$((failures + 1))
    fi
}

plant=$(mktemp -d)
lines=$(mktemp)
trap 'rm -rf "$plant" "$lines"' EXIT

fresh_tree() {
    rm -rf "${plant:?}"/*
    mkdir -p "$plant"/sim/{engine,measure,document,notation,scenario,schema,experiment,output,command} "$plant"/models/{queueing,computing} "$plant"/tests
    printf '#include "engine/clock.h"\n/* Such as Lambda: a comment may name it. */\n' >"$plant/sim/engine/clock.c"
    printf '#include "models.h"\n#include "command/run.h"\n' >"$plant/sim/command/main.c"
    printf '#include "engine/model.h"\n#include "notation/property.h"\n#include "queueing/line.h"\nvoid f(void) { snprintf(0, 0, "sqs"); }\n' >"$plant/models/queueing/line.c"
    touch "$plant/models/queueing/line.h" "$plant/models/models.h"
}

fresh_tree
[ -z "$(law "$plant")" ]
say "a lawful tree passes" $?

planted() { # planted WHAT FILE TEXT
    fresh_tree
    printf '%s\n' "$3" >>"$plant/$2"
    [ -n "$(law "$plant")" ]
    say "seen: $1" $?
}
planted "the engine includes measure" sim/engine/clock.c '#include "measure/counter.h"'
planted "measure includes scenario" sim/measure/counter.c '#include "scenario/scenario.h"'
planted "a document includes the notation" sim/document/json.c '#include "notation/parse.h"'
planted "a document includes the engine's clock" sim/document/json.c '#include "engine/clock.h"'
planted "the notation includes scenario" sim/notation/parse.c '#include "scenario/scenario.h"'
planted "scenario includes schema" sim/scenario/scenario.c '#include "schema/schema.h"'
planted "scenario includes experiment" sim/scenario/scenario.c '#include "experiment/run.h"'
planted "experiment includes output" sim/experiment/run.c '#include "output/table.h"'
planted "output includes command" sim/output/table.c '#include "command/options.h"'
planted "the simulator includes a model" sim/experiment/run.c '#include "models.h"'
planted "a path that goes around" sim/engine/clock.c '#include "../document/json.h"'
planted "a model includes another model" models/queueing/line.c '#include "computing/function.h"'
planted "a model includes the scenario" models/queueing/line.c '#include "scenario/scenario.h"'
planted "a model reads a file" models/queueing/line.c 'void g(void) { fopen("x", "r"); }'
planted "a model parses JSON" models/queueing/line.c 'void g(void) { cJSON_Parse("{}"); }'
planted "the simulator names a service" sim/measure/counter.c 'int lambda_count;'
planted "the simulator names a service in text" sim/output/table.c 'const char *t = "AWS/SQS";'
planted "library code exits" sim/engine/clock.c 'void g(void) { exit(1); }'
planted "two files of one name" sim/measure/clock.c ''

violations=$(law .)
[ -z "$violations" ]
say "the tree keeps the law" $?
[ -z "$violations" ] || printf '%s\n' "$violations"
[ "$failures" = 0 ]
