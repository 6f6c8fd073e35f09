#!/usr/bin/env bash
# run.sh [SLSIM] [--quick]: how fast `slsim run` is, with every default output on, and that memory does not grow with the number of
# invocations. Prints invocations per second of processor time (user and system), ns per invocation and peak memory; then records of streams
# per second, and the bytes of memory that each record of a backlog takes. Judges nothing.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
slsim=build/release/slsim
divisor=1
for argument in "$@"; do
    case $argument in
    --quick) divisor=20 ;;
    *) slsim=$argument ;;
    esac
done
[ -x "$slsim" ] || { echo "run.sh: build it first: cmake --preset release && cmake --build --preset release" >&2; exit 2; }
[ -x /usr/bin/time ] || { echo "run.sh: needs the package time" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# one_function NAME RATE_PER_S MEAN SECONDS: an M/G/infinity of lognormal durations. The account is wide enough, and the scaling rate is
# lifted, so that the load is there from the first second.
one_function() {
    cat >"$work/$1.json" <<JSON
{
  "name": "$1", "duration": "$(($4 / divisor))s", "rules": {"base": "current", "scaling_rate_env_per_10s": 100000000},
  "account": {"ConcurrentExecutions": 1000000},
  "Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {"MemorySize": 1769, "Timeout": 60}}},
  "behavior": {"F": {"duration": {"lognormal": {"mean": "$3", "cv": 0.5}}}},
  "traffic": [{"name": "calls", "target": "F", "poisson": "$2/s"}]
}
JSON
}

# queue NAME RATE_PER_S SECONDS PROPERTIES KEY SCALING: messages of which a function takes up to 10 at once. The account is wide enough, and
# the mapping scales at once. With a limit of concurrency that the load all but fills, batches are nearly full; without one, most are of one.
queue() {
    cat >"$work/$1.json" <<JSON
{
  "name": "$1", "duration": "$(($3 / divisor))s",
  "rules": {"base": "current", "scaling_rate_env_per_10s": 100000000, "sqs_scale_up_per_min": 1000000},
  "account": {"ConcurrentExecutions": 1000000},
  "Resources": {
    "Q": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60$4}},
    "F": {"Type": "AWS::Serverless::Function", "Properties": {"MemorySize": 1769, "Timeout": 10,
          "Events": {"E": {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Q", "Arn"]}, "BatchSize": 10$6}}}}}
  },
  "behavior": {"F": {"duration": {"lognormal": {"mean": "100ms", "cv": 0.5}}}},
  "traffic": [{"name": "messages", "target": "Q", "poisson": "$2/s"$5}]
}
JSON
}

# backlog NAME RATE_PER_S SECONDS PROPERTIES KEY: messages that nobody receives.
backlog() {
    cat >"$work/$1.json" <<JSON
{
  "name": "$1", "duration": "$(($3 / divisor))s",
  "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60$4}}},
  "traffic": [{"name": "messages", "target": "Q", "poisson": "$2/s"$5}]
}
JSON
}

# fleet FUNCTIONS INVOCATIONS MINUTES: a trace in the form of Azure's, a few functions hot and most of them cold (1/rank), written by awk.
fleet() {
    awk -v functions="$1" -v invocations="$2" -v minutes="$3" -v folder="$work" 'BEGIN {
        OFS = ","
        invocation_file = folder "/invocations.csv"; duration_file = folder "/durations.csv"; memory_file = folder "/memory.csv"
        header = "HashOwner,HashApp,HashFunction,Trigger"
        for (m = 1; m <= minutes; m++) header = header OFS m
        print header > invocation_file
        print "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99,percentile_Average_100" > duration_file
        print "HashFunction,HashOwner,HashApp,SampleCount,AverageAllocatedMb,AverageAllocatedMb_pct1,AverageAllocatedMb_pct5,AverageAllocatedMb_pct25,AverageAllocatedMb_pct50,AverageAllocatedMb_pct75,AverageAllocatedMb_pct95,AverageAllocatedMb_pct99,AverageAllocatedMb_pct100" > memory_file
        for (f = 1; f <= functions; f++) harmonic += 1 / (f + 20)
        left = 0
        for (f = 1; f <= functions; f++) {
            share = invocations / minutes / (f + 20) / harmonic
            id = sprintf("%064x", f)
            row = id OFS id OFS id OFS "http"
            for (m = 1; m <= minutes; m++) { left += share; whole = int(left); left -= whole; row = row OFS whole; total += whole }
            print row > invocation_file
            a = 5 + f % 97
            print id, id, id, 2 * a, 1000, a / 2, 40 * a, a / 2, a / 2, a, 1.5 * a, 2 * a, 20 * a, 40 * a > duration_file
            mb = 64 + f % 400
            print id, id, id, 100, mb, mb, mb, mb, mb, mb, mb, mb, mb > memory_file
        }
        print total > "/dev/stderr"
    }'
    cat >"$work/fleet.json" <<JSON
{
  "name": "fleet", "duration": "$3m", "account": {"ConcurrentExecutions": 1000000},
  "fleet": {"azure": {"invocations": "invocations.csv", "durations": "durations.csv", "memory": "memory.csv"}, "placed": "uniform"}
}
JSON
}

# stream NAME SECONDS READER: 10,000 records a second into 20 shards; READER "Kinesis" hands them to a function in batches of ten, which
# keeps up; "" leaves them there.
stream() {
    local events=
    [ -z "$3" ] || events=", \"Events\": {\"S\": {\"Type\": \"$3\", \"Properties\": {\"Stream\": \"S\", \"StartingPosition\": \"TRIM_HORIZON\", \"BatchSize\": 10, \"ParallelizationFactor\": 10}}}"
    cat >"$work/$1.json" <<JSON
{
  "name": "$1", "duration": "$(($2 / divisor))s",
  "Resources": {"S": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 20}},
                "F": {"Type": "AWS::Serverless::Function", "Properties": {"MemorySize": 1769, "Timeout": 60$events}}},
  "behavior": {"F": {"duration": {"lognormal": {"mean": "20ms", "cv": 0.5}}}},
  "traffic": [{"name": "records", "target": "S", "poisson": "10000/s", "payload": "500B", "key": {"uniform": 100000}}]
}
JSON
}

# measure LABEL SCENARIO [METRIC]: one run on one core. Prints what METRIC counts (Invocations) per second, and leaves it in $count and the
# peak memory in $memory_kb.
measure() {
    local user system elapsed
    if ! /usr/bin/time -o "$work/time" -f '%U %S %e %M' "$slsim" run "$2" --threads 1 --quiet --no-progress -o "$work/result" >"$work/log" 2>&1; then
        echo "$1: FAILED"
        tail -n 5 "$work/log"
        return 1
    fi
    read -r user system elapsed memory_kb < <(tail -n 1 "$work/time")
    # Attempts that were let in; "AWS::Serverless::Function" and its like are no rows of summary.csv, so the sum counts each once.
    count=$(awk -F, -v metric="${3:-Invocations}" '$3 == metric && $4 == "Sum" { n += $6 } END { printf "%.0f", n }' "$work/result/summary.csv")
    awk -v label="$1" -v n="$count" -v cpu="$user $system" -v elapsed="$elapsed" -v kb="$memory_kb" 'BEGIN {
        split(cpu, part, " "); seconds = part[1] + part[2]
        printf "%-44s %11d %8.2f %8.2f %9.2f %8.1f %9.1f\n", label, n, seconds, elapsed, n / seconds / 1e6, seconds / n * 1e9, kb / 1024
    }'
    rm -rf "$work/result"
}

# measure_waiting LABEL SCENARIO BASE_KB [METRIC]: the same of a queue that nobody receives from, or of a stream (METRIC IncomingRecords), and
# the bytes that a message takes which waits: the peak memory beyond BASE_KB.
measure_waiting() {
    measure "$1" "$2" "${4:-NumberOfMessagesSent}" || return 1
    awk -v kb="$memory_kb" -v base="$3" -v n="$count" 'BEGIN { printf "%-44s %11.1f\n", "  bytes a waiting message", (kb - base) * 1024 / n }'
}

printf '%-44s %11s %8s %8s %9s %8s %9s\n' '' invocations 'CPU s' 'wall s' 'M per s' ns 'peak MiB'
one_function concurrent-10 100 100ms 300000
measure 'one function, 10 concurrent' "$work/concurrent-10.json"
one_function concurrent-1000 10000 100ms 3000
measure 'one function, 1,000 concurrent' "$work/concurrent-1000.json"
one_function concurrent-1000-long 10000 100ms 12000
measure 'one function, 1,000 concurrent, 4 x as long' "$work/concurrent-1000-long.json"
one_function concurrent-100000-short 100000 1s 75
measure 'one function, 100,000 concurrent, 1/4 as long' "$work/concurrent-100000-short.json"
one_function concurrent-100000 100000 1s 300
measure 'one function, 100,000 concurrent' "$work/concurrent-100000.json"
fleet 20000 $((50000000 / divisor)) 60 2>"$work/total"
measure '20,000 functions' "$work/fleet.json"

printf '\n%-44s %11s\n' '' messages
fifo=', "FifoQueue": true, "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"'
groups=', "key": {"uniform": 10000}'
full=', "ScalingConfig": {"MaximumConcurrency": 105}'
queue standard-1 10000 1000 '' '' ''
measure 'standard queue, batches of 1' "$work/standard-1.json" NumberOfMessagesSent
queue standard 10000 2000 '' '' "$full"
measure 'standard queue, batches of 9.5' "$work/standard.json" NumberOfMessagesSent
queue fifo 10000 2000 "$fifo" "$groups" "$full"
measure 'FIFO queue, batches of 9.5, 3,000,000 ids' "$work/fifo.json" NumberOfMessagesSent
# As many as fill the pools' chunks, which double: 2^23 and a little less.
backlog empty 1 $((20 * divisor)) '' ''
measure 'a queue with 20 messages' "$work/empty.json" NumberOfMessagesSent
base_kb=$memory_kb
backlog waiting 8350 1000 '' ''
measure_waiting 'standard queue, nobody receives' "$work/waiting.json" "$base_kb"
backlog waiting-fifo 8350 1000 "$fifo" "$groups"
measure_waiting 'FIFO queue, nobody receives' "$work/waiting-fifo.json" "$base_kb"

printf '\n%-44s %11s\n' '' records
stream batches 600 Kinesis
measure 'a stream, batches of 10' "$work/batches.json" IncomingRecords
stream empty-stream $divisor ''
measure 'a stream for a second' "$work/empty-stream.json" IncomingRecords
base_kb=$memory_kb
stream stored 1600 ''
measure_waiting 'a stream that nobody reads' "$work/stored.json" "$base_kb" IncomingRecords
