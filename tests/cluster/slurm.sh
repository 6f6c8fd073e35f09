#!/usr/bin/env bash
# slurm.sh SLSIM: a sweep as a job array on a real Slurm of two nodes, one of which is lost in the middle; what is merged must be, byte for byte,
# what one machine makes alone. Controller and both nodes are daemons of Debian's slurm-wlm on this machine, each with its own name and port,
# with a credential service of their own (munge); nothing outside a temporary folder is touched. Ends with 'N passed, N failed'.
# Exit 77, and why, where this machine cannot run them.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
slsim=$(realpath "${1:?usage: slurm.sh SLSIM}")
scenario=$here/sweep.json
shards=8
nodes=(here-1 here-2)
lost=here-2

skip() {
    echo "skipped: $1"
    exit 77
}
PATH=$PATH:/usr/sbin:/sbin
for program in munged slurmctld slurmd sbatch squeue sinfo; do
    command -v "$program" >/dev/null || skip "there is no $program (packages slurm-wlm and munge)"
done
[ "$(id -u)" = 0 ] || skip 'the daemons of Slurm need root here'

work=$(mktemp -d)
chmod 755 "$work"
mkdir "$work"/{run,log,state,spool}
export SLURM_CONF=$work/slurm.conf

# Every process of a node: its slurmd, the tasks (their environment names the node) and the slurmstepd above each.
kill_node() { # NAME
    local task parent
    kill -9 "$(cat "$work/run/slurmd-$1.pid")" 2>/dev/null
    for task in $(grep -lzx "SLURMD_NODENAME=$1" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3); do
        grep -qzx "SLURM_CONF=$SLURM_CONF" "/proc/$task/environ" 2>/dev/null || continue
        parent=$(awk '/^PPid/ { print $2 }' "/proc/$task/status" 2>/dev/null)
        [ -n "$parent" ] && grep -q slurmstepd "/proc/$parent/comm" 2>/dev/null && kill -9 "$parent"
        kill -9 "$task" 2>/dev/null
    done
}

stop() {
    scancel --quiet --user="$(id -un)" 2>/dev/null
    for node in "${nodes[@]}"; do
        kill_node "$node"
    done
    for daemon in slurmctld munged; do
        [ ! -f "$work/run/$daemon.pid" ] || kill "$(cat "$work/run/$daemon.pid")" 2>/dev/null
    done
    wait
    rm -rf "$work"
} 2>/dev/null
trap stop EXIT

start() {
    local host node port=26818
    host=$(hostname -s)
    getent hosts "$host" >/dev/null || skip "this machine's own name, $host, has no address"
    (umask 077 && head -c 1024 /dev/urandom >"$work/munge.key")
    munged --foreground --force --key-file="$work/munge.key" --socket="$work/run/munge.socket" --pid-file="$work/run/munged.pid" \
        --seed-file="$work/run/munge.seed" --log-file="$work/log/munged.log" >"$work/log/munged.out" 2>&1 &
    {
        # A lost node's jobs start again when its time limit and their credentials have run out: seconds here.
        cat <<END
ClusterName=slsim-test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$work/run/munge.socket,cred_expire=5
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool/%n
SlurmctldPidFile=$work/run/slurmctld.pid
SlurmdPidFile=$work/run/slurmd-%n.pid
SlurmctldLogFile=$work/log/slurmctld.log
SlurmdLogFile=$work/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdTimeout=10
KillWait=2
ReturnToService=2
SchedulerParameters=sched_interval=2,batch_sched_delay=0
END
        for node in "${nodes[@]}"; do
            echo "NodeName=$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$port CPUs=1 State=UNKNOWN"
            port=$((port + 1))
        done
        echo "PartitionName=all Nodes=$(IFS=, && echo "${nodes[*]}") Default=YES MaxTime=INFINITE State=UP"
    } >"$SLURM_CONF"
    for _ in $(seq 50); do
        [ ! -S "$work/run/munge.socket" ] || break
        sleep 0.1
    done
    slurmctld -D >"$work/log/slurmctld.out" 2>&1 &
    for node in "${nodes[@]}"; do
        mkdir "$work/spool/$node"
        slurmd -D -N "$node" >"$work/log/slurmd-$node.out" 2>&1 &
    done
    for _ in $(seq 100); do
        [ "$(sinfo --noheader --Node --format=%T 2>/dev/null | grep -c idle)" = ${#nodes[@]} ] && return 0
        sleep 0.2
    done
    tail -n 5 "$work"/log/*
    skip 'the daemons of Slurm do not start here'
}

passed=0
failed=0
judge() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "ok      $what"
    else
        failed=$((failed + 1))
        echo "FAILED  $what"
    fi
}

start
whole=$work/whole
sweep=$work/sweep
"$slsim" sweep "$scenario" --quiet --no-progress -o "$whole" >"$work/log/whole.log" 2>&1 || {
    cat "$work/log/whole.log"
    echo '0 passed, 1 failed'
    exit 1
}
submitted=$SECONDS
cd "$work/log" || exit 1
SLSIM=$slsim "$root/scripts/sweep.slurm" "$scenario" "$sweep" "$shards" || {
    echo '0 passed, 1 failed'
    exit 1
}

# Wait until the node has a shard half done, then lose it.
under_way() {
    local shard
    for shard in $(squeue --noheader --array --states=RUNNING --nodelist="$lost" --format=%K 2>/dev/null); do
        [ "$(wc -l 2>/dev/null <"$sweep.shards/$shard-of-$shards.partial/units.journal" || echo 0)" -ge 3 ] && return 0
    done
    return 1
}
for _ in $(seq 300); do
    under_way && break
    sleep 0.1
done
under_way && judge 'a shard is under way on the node to be lost' true || judge 'a shard is under way on the node to be lost' false
kill_node "$lost"

while [ -n "$(squeue --noheader 2>/dev/null)" ] && [ $((SECONDS - submitted)) -lt 150 ]; do
    sleep 0.5
done
judge 'all jobs ended in time' [ -z "$(squeue --noheader 2>/dev/null)" ]
judge 'the node is lost' grep -q "$lost.*down" <<<"$(sinfo --noheader --Node --format='%N %T' 2>/dev/null)"
judge 'a task was started again' grep -q 'started 1 times before' "$work"/log/slsim-sweep-*.log
judge 'the merged result is there' [ -f "$sweep/points.csv" ]
judge 'the same bytes as one machine makes' diff -r "$whole" "$sweep"
[ "$failed" = 0 ] || tail -n 3 "$work"/log/*.log
echo "took $((SECONDS - submitted)) s from the submission"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
