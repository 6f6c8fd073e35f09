#!/usr/bin/env bash
# sweep-parallel.sh: a sweep over machines that ssh reaches, by GNU parallel, without any cluster.
#
#   scripts/sweep-parallel.sh HOSTS SCENARIO DIR SHARDS [sweep options...]
#
# HOSTS as parallel --sshlogin has it: "node1,node2,4/node3", or ":" for this machine alone. On each of them the program (SLSIM, default
# build/release/slsim) and the scenario stand under the same path, and DIR is on a file system that all of them see. A shard whose machine
# was lost is tried again elsewhere, and goes on where it was stopped; so does all of it when the same command is given again.
set -euo pipefail

if [ $# -lt 4 ] || ! [[ $4 =~ ^[1-9][0-9]{0,4}$ ]]; then
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
command -v parallel >/dev/null || {
    echo "sweep-parallel.sh: GNU parallel is not there (Debian: apt-get install parallel)" >&2
    exit 2
}
hosts=$1 scenario=$(realpath "$2") folder=$(realpath -m "$3") shards=$4
shift 4
slsim=$(realpath "${SLSIM:-$(dirname "${BASH_SOURCE[0]}")/../build/release/slsim}")

if [ "$shards" = 1 ]; then
    exec "$slsim" sweep "$scenario" "$@" -o "$folder"
fi
# Mistakes are found here, not once a shard.
"$slsim" sweep "$scenario" "$@" --dry-run --quiet >/dev/null

words=$(printf '%q ' "$slsim" sweep "$scenario" "$@" --threads 1 --no-progress --quiet)
seq 0 $((shards - 1)) | parallel --no-notice --sshlogin "$hosts" --retries 3 --halt now,fail=1 \
    "$words --shard {}/$shards -o $(printf '%q' "$folder.shards")/{}-of-$shards"

parts=()
for ((i = 0; i < shards; i++)); do
    parts+=("$folder.shards/$i-of-$shards")
done
"$slsim" sweep merge "${parts[@]}" -o "$folder" --quiet
