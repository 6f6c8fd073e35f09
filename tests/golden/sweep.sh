#!/usr/bin/env bash
# sweep.sh SLSIM [KILLS]: whatever happens to a sweep, its files end up the same bytes: any number of threads and shards, kill -9 at random
# moments, a journal cut off anywhere, a full disk. What is not the same sweep, or not what was written, is refused.
set -uo pipefail
SLSIM=$(realpath "$1")
kills=${2:-50}
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
RANDOM=20250101

scenario=("$ROOT/scenarios/erlang-size.json" --set duration=400s --vary Api.ReservedConcurrentExecutions=4:20
    --vary callers.poisson=4/s:16/s@lin:7 --replications 3 -q --no-progress)

sweep() { # FOLDER [option...]
    local folder=$1
    shift
    "$SLSIM" sweep "${scenario[@]}" -o "$folder" "$@"
}

fail() {
    echo "FAILED: $*"
    exit 1
}

# The folder holds what an undisturbed sweep leaves, and nothing is left beside it.
same() { # FOLDER WHAT
    diff -r whole "$1" >/dev/null || fail "$2: the files differ from those of an undisturbed sweep"
    [ ! -e "$1.partial" ] || fail "$2: $1.partial is left"
}

units() { # of a journal
    grep -ac ' unit ' "$1/units.journal" 2>/dev/null || true
}

sweep whole --threads 1 || fail "the sweep itself"
all=$((17 * 7 * 3))
[ "$(tail -n +2 whole/runs.csv | cut -d, -f1,4 | uniq | wc -l)" = "$all" ] || fail "runs.csv has not $all runs"

for threads in 2 5; do
    sweep "threads-$threads" --threads "$threads" || fail "$threads threads"
    same "threads-$threads" "$threads threads"
done

for shards in 1 2 7 64; do
    folders=()
    for ((i = 0; i < shards; i++)); do
        sweep "shard-$i-of-$shards" --shard "$i/$shards" || fail "shard $i/$shards"
        folders=("shard-$i-of-$shards" "${folders[@]}") # in any order
    done
    if [ "$shards" = 1 ]; then
        same "${folders[0]}" "one shard"
        continue
    fi
    "$SLSIM" sweep merge "${folders[@]}" -o "merged-$shards" -q || fail "merging $shards shards"
    same "merged-$shards" "$shards shards"
done
"$SLSIM" sweep merge shard-0-of-2 -o less -q 2>messages && fail "a shard was missing, and nobody minded"
grep -q '1 of 2 shards are missing: 1/2' messages || fail "merge does not say what is missing: $(cat messages)"
"$SLSIM" sweep merge shard-0-of-2 shard-0-of-2 -o less -q 2>messages && fail "a shard was there twice, and nobody minded"

# All journals are open at once, where few files are the custom and where no more are allowed.
(ulimit -Sn 15 && "$SLSIM" sweep merge "${folders[@]}" -o few -q) || fail "merging 64 shards where 15 files are the custom"
same few "few files"
(ulimit -n 15 && "$SLSIM" sweep merge "${folders[@]}" -o fewer -q 2>messages)
[ $? = 3 ] || fail "exit code where 15 files are allowed"
grep -q 'ulimit -n' messages || fail "what limits the number of files is not said: $(cat messages)"

# Waits until the journal holds so many units, or the sweep is over.
wait_for() { # FOLDER UNITS PID
    local found
    for ((i = 0; i < 4000; i++)); do
        found=$(units "$1")
        [ "${found:-0}" -lt "$2" ] && kill -0 "$3" 2>/dev/null || return 0
        sleep 0.005
    done
}

# kill -9 once a random number of runs is over: so many are kept, or more.
for ((k = 0; k < kills; k++)); do
    "$SLSIM" sweep "${scenario[@]}" -o killed --threads 2 2>/dev/null &
    pid=$!
    wait_for killed.partial $((1 + RANDOM % (all - 1))) "$pid"
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    [ -d killed ] || [ "$(units killed.partial)" -gt 0 ] || fail "kill $k: nothing is kept"
    sweep killed --threads 2 || fail "going on after kill $k"
    same killed "kill $k"
    rm -rf killed
done

# Power loss: the journal ends anywhere, perhaps in what was never written.
sweep half --threads 2 --max-events 9000 2>/dev/null && fail "no point needs so many events"
[ "$(units half.partial)" -gt 20 ] || fail "the journal of a sweep that stopped at a limit is empty"
size=$(stat -c %s half.partial/units.journal)
for ((k = 0; k < 20; k++)); do
    rm -rf torn torn.partial
    cp -r half.partial torn.partial
    truncate -s $((RANDOM * 32768 % (size - 100) + RANDOM % 100)) torn.partial/units.journal
    [ $((k % 3)) != 0 ] || truncate -s +700 torn.partial/units.journal
    sweep torn || fail "going on from a journal that was cut off"
    same torn "a journal that was cut off"
done

# What was once on the disk and is something else now is no torn end.
mark=$(grep -an 'on the disk to' half.partial/units.journal | tail -n 1 | cut -d: -f1)
[ "$mark" -gt 10 ] || fail "there is no mark in the journal"
for line in 3 7; do
    for change in 's/\([0-9]\)$/\1\1/' 'd' 's/unit \([0-9]*\) 1/unit \1 2/'; do
        rm -rf damaged damaged.partial
        cp -r half.partial damaged.partial
        sed -i "${line}${change}" damaged.partial/units.journal
        cmp -s half.partial/units.journal damaged.partial/units.journal && continue
        sweep damaged 2>messages
        [ $? = 3 ] || fail "a changed journal was taken: line $line, $change"
        grep -q "line $line is not what was written there" messages || fail "which line was changed is not said: $(cat messages)"
    done
done
sweep damaged --restart || fail "--restart"
same damaged "--restart"

# A full disk: a limit of file sizes does the same, to the manifest, the journal and the results in turn.
trap '' XFSZ
sweep whole-all --metrics all
manifest=$(($(stat -c %s whole-all/manifest.json) / 1024))
for kilobytes in 1 $((manifest + 10)) $((manifest + 100)) $(($(stat -c %s whole-all/runs.csv) / 1024 - 1)); do
    (ulimit -f "$kilobytes" && sweep full --metrics all 2>messages)
    [ $? = 3 ] || fail "exit code where the disk is full ($kilobytes KB)"
    grep -qE '(units.journal|manifest.json|runs.csv): File too large' messages || fail "a full disk is not said: $(cat messages)"
    [ ! -e full ] || fail "a folder that is not whole has its name"
    [ "$(grep -c 'File too large' messages)" = 1 ] || fail "a full disk is said more than once: $(cat messages)"
    ! grep -q 'units.journal: File' messages || ! grep -q 'are kept' messages || fail "it says how many runs a half line kept"
done
cp -r full.partial full.other
[ "$(units full.partial)" = "$all" ] || fail "what was run before the disk was full is not kept"
sweep full --metrics all --max-events 1 || fail "going on once there is room, with nothing left to run"
diff -r whole-all full >/dev/null || fail "a full disk: the files differ from those of an undisturbed sweep"

# A kill between the last file's name and the removal of what it was made in: that goes the next time. What is of another sweep stays.
for journal in there gone; do
    cp -r whole left
    cp -r half.partial left.partial
    [ "$journal" = there ] || rm left.partial/units.journal
    sweep left || fail "a sweep that is complete, with its partial left"
    same left "a partial that was left, its journal $journal"
    rm -rf left
done
cp -r whole left
cp -r full.other left.partial
sweep left || fail "a sweep that is complete, beside another one's partial"
[ -s left.partial/units.journal ] || fail "the journal of another sweep is removed"

# Two at once, one of which is stopped by Ctrl-C: what runs is finished, and kept.
long=("${scenario[@]}" --set duration=4000s)
"$SLSIM" sweep "${long[@]}" -o undisturbed --threads 2 || fail "the longer sweep"
"$SLSIM" sweep "${long[@]}" -o stopped --threads 1 2>messages &
pid=$!
wait_for stopped.partial 20 "$pid"
"$SLSIM" sweep "${long[@]}" -o stopped 2>second
[ $? = 3 ] || fail "two at once: exit code"
grep -q 'another process is working in it' second || fail "two at once: $(cat second)"
kill -INT "$pid"
wait "$pid"
code=$?
[ "$code" = 130 ] || fail "exit code after an interruption: $code"
grep -q 'are kept in stopped.partial' messages || fail "what an interruption keeps is not said: $(cat messages)"
kept=$(units stopped.partial)
grep -q " $kept of $all runs are kept" messages || fail "it kept $kept runs, and says: $(cat messages)"
((kept >= 20 && kept < all)) || fail "an interruption kept $kept of $all runs"
"$SLSIM" sweep "${long[@]}" -o stopped --threads 2 || fail "going on after an interruption"
diff -r undisturbed stopped >/dev/null || fail "an interruption: the files differ from those of an undisturbed sweep"
[ ! -e stopped.partial ] || fail "an interruption: stopped.partial is left"
echo "1 passed, 0 failed"
