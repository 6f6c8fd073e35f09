#!/usr/bin/env bash
# report.sh SLSIM [--update]: pictures and pages of results. Each kind of picture has the data that tests/golden/pictures keeps; every SVG is
# XML and holds its series; the page is one file that loads nothing; the other files are the same without it; without gnuplot the run goes
# on; and whatever stands in names and descriptions stays text, for gnuplot and for the page.
# `--update` takes the data as the new expectation; read the difference before committing it.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
slsim=$(realpath "${1:?usage: report.sh SLSIM [--update]}")
for program in gnuplot xmllint; do
    command -v "$program" >/dev/null || { echo "report.sh: needs $program: scripts/install-packages.sh --tests" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

say() { # say WHAT HOLDS(0|1)
    if [ "$2" = 0 ]; then
        echo "ok: $1"
    else
        echo "FAILED: $1"
        failures=$((failures + 1))
    fi
}

run() { # run NAME SCENARIO [OPTIONS...]
    "$slsim" run "$2" "${@:3}" --quiet --no-progress -o "$work/$1" >"$work/$1.out" 2>&1
}

# What each scenario is asked for: the pictures that no other has.
while read -r scenario pictures; do
    name=$(basename "$scenario" .json)
    run "$name" "$scenario" --report
    say "$name: a page" $?
    for picture in $pictures; do
        if [ "${2:-}" = --update ]; then
            mkdir -p tests/golden/pictures
            cp "$work/$name/plots/$picture.csv" "tests/golden/pictures/$name.$picture.csv"
        fi
        diff -q "tests/golden/pictures/$name.$picture.csv" "$work/$name/plots/$picture.csv"
        say "$name: the data of $picture" $?
    done
done <<'LIST'
tests/golden/constant.json requests latency latency-distribution duration concurrency environments cold-starts fates cost
scenarios/sqs-drain.json queue
scenarios/resharding.json iterator-age stream-age shard-age records-waiting
scenarios/async-retries.json event-age
scenarios/provisioned-tracking.json provisioned capacity
scenarios/rollback.json deployment alarms
scenarios/changes.json concurrency start-and-duration
LIST

bad=0
for svg in "$work"/*/plots/*.svg; do
    name=$(basename "$svg" .svg)
    drawn=$(grep -o "id=\"$name-[0-9]*\"" "$svg" | sort -u | wc -l)
    wanted=$(grep -c 'skip 1 using' "${svg%.svg}.gp")
    xmllint --noout --nonet "$svg" && [ "$drawn" = "$wanted" ] || { echo "$svg: $drawn of $wanted series"; bad=1; }
    paper=$(sed -n 's/.*\.\(f[0-9]*\){fill:var(--paper).*/\1/p' "$svg" | head -n 1)
    [ -n "$paper" ] && grep -q "<rect class=\"$paper\" width" "$svg" || { echo "$svg: not on paper"; bad=1; }
    ! grep -qi 'gnuplot' "$svg" || { echo "$svg: says gnuplot"; bad=1; }
done
say "every SVG is XML, with all its series and names of its own" $bad

bad=0
for page in "$work"/*/report.html; do
    [ "$(grep -o 'id="[^"]*"' "$page" | sort | uniq -d | wc -l)" = 0 ] || { echo "$page: an id twice"; bad=1; }
    # The name space of SVG is a name, and no address that is loaded.
    ! sed 's|xmlns="http://www.w3.org/2000/svg"||g' "$page" | grep -nE '(src|href)="?[^"#d]|https?://|url\(|@import' || bad=1
    [ "$(stat -c %s "$page")" -lt 1000000 ] || bad=1
done
say "pages load nothing, have no id twice, and are small" $bad

run without tests/golden/constant.json
rm -rf "$work/with"
cp -r "$work/constant" "$work/with"
rm -rf "$work/with/plots" "$work/with/report.html"
diff -r "$work/without" "$work/with"
say "all other files are the same without a page" $?

"$slsim" report "$work/without" --quiet && diff -r "$work/constant" "$work/without"
say "slsim report makes the same of a result that is there" $?

{
    echo 'figure,unit,input,input_unit,swing'
    rule=$(sed -n 2p "$work/without/assumptions.csv" | cut -d, -f1)
    echo "cost.month,USD,rules.$rule,ms,1.25"
    echo "Plain.Duration.p99,Milliseconds,rules.$rule,ms,7"
} >"$work/without/sensitivity.csv"
"$slsim" report "$work/without" --quiet && grep -q "<tr><th scope=\"row\">$rule</th>.*<td>cost.month by \$1.25</td>" "$work/without/report.html"
say "assumptions are marked by a sensitivity that lies beside" $?

mkdir "$work/bin"
PATH="$work/bin" "$slsim" run tests/golden/constant.json --report --no-progress -o "$work/missing" >"$work/missing.out" 2>&1
say "without gnuplot the run succeeds" $?
grep -q 'gnuplot is not there' "$work/missing.out" && grep -q 'apt-get install gnuplot' "$work/missing.out" &&
    [ -s "$work/missing/plots/latency.gp" ] && [ -s "$work/missing/plots/latency.csv" ] && [ -s "$work/missing/report.html" ]
say "it says what to install, and scripts, data and page are there" $?

# A user draws again by hand, in a style of their own.
(cd "$work/constant/plots" && sed -i "s/^s1 = .*/s1 = '#123456'/" style.gp && gnuplot -d latency.gp && grep -q '18,  52,  86' latency.svg)
say "a picture is drawn again by hand" $?

# Texts that would do something if anybody took them for more than text. Each tries to make the file $work/harm.
attack="'; system(\"touch $work/harm\"); '\`touch $work/harm\`\" \$(touch $work/harm) %d%s%n @x {/Symbol a} <script>alert(1)</script><img src=x onerror=alert(1)>&#60;b&#62;"
jq -n --arg text "$attack"$'\n'"second‮line" '{name: "attack", description: $text, duration: "2m",
    Resources: {F: {Type: "AWS::Serverless::Function"}}, behavior: {F: {duration: "10ms"}},
    traffic: [range(64) | {name: ("a-long-name-that-goes-on-and-on-for-sixty-characters-number-" + tostring), target: "F", constant: "1/s"}]}' >"$work/attack.json"
run attack "$work/attack.json" --report
say "64 long names and a hostile description: a page" $?
jq --arg text "$attack" '.traffic[0].name = $text' "$work/attack.json" >"$work/named.json"
run named "$work/named.json" --report
code=$?
[ "$code" = 2 ] || [ "$code" = 0 ]
say "a hostile name is refused or harmless (exit code $code)" $?

# The same in a folder that somebody else has made: the names in its tables are the attack.
run forged tests/golden/constant.json
quoted="\"${attack//\"/\"\"}\""
for table in "$work"/forged/*.csv; do
    awk -v name="$(printf '%s' "$quoted" | sed 's/\\/\\\\/g')" 'BEGIN { FS = OFS = "," } { for (i = 1; i <= NF; i++) if ($i == "steady" || $i == "Plain" || $i == "rule" || $i == "succeeded") $i = ($i == "succeeded" ? $i : name) } 1' "$table" >"$work/table" &&
        mv "$work/table" "$table"
done
"$slsim" report "$work/forged" >"$work/forged.out" 2>&1
say "a forged result: a page" $?
grep -q 'alert(1)' "$work/forged/report.html" && grep -qr 'touch' "$work/forged/plots"
say "the attack got as far as the page and the scripts" $?
! grep -q 'gnuplot could not' "$work/forged.out"
say "gnuplot draws it all" $?
for folder in attack forged named; do
    [ -e "$work/$folder/report.html" ] || continue
    for script in "$work/$folder"/plots/*.gp; do
        (cd "$work/$folder/plots" && [ "${script##*/}" = style.gp ] || gnuplot -d "${script##*/}" 2>&1)
    done
    [ "$(grep -o '<script' "$work/$folder/report.html" | wc -l)" = 1 ] && ! grep -q '<img' "$work/$folder/report.html" &&
        ! grep -q $'\u202e' "$work/$folder/report.html"
    say "$folder: the page holds it as text" $?
done
xmllint --noout --nonet "$work"/forged/plots/*.svg "$work"/attack/plots/*.svg
say "the SVGs are XML all the same" $?
[ ! -e "$work/harm" ]
say "nothing was run" $?
# This test would see it: the same text, taken for a command.
bash -c "true \`touch $work/harm\`" && [ -e "$work/harm" ]
say "what an attack would leave behind would be seen" $?

[ "$failures" = 0 ]
