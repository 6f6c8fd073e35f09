#!/usr/bin/env bash
# test.sh: everything that judges this tree, on a bare Debian 12 in about twenty minutes on two cores: four compilers' settings, unit
# and analytic tests, sanitizers, command line, determinism, fuzzing, style. Each step's output is kept in build/test-logs; what failed is
# shown. The last line counts tests: 'N passed, N failed'. Exit 0 only if none failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
root=$PWD
logs=$root/build/test-logs
jobs=$(nproc)
fuzz_seconds=${FUZZ_SECONDS:-10}
rm -rf "$logs"
mkdir -p "$logs"
export NO_COLOR=1
unset CC CFLAGS LDFLAGS CMAKE_GENERATOR

passed=0
failed=0
failed_steps=()

# step NAME COMMAND...: one test. Its output goes to a log, whose end is shown if it fails.
step() {
    local name=$1 log begin status=0
    shift
    log=$logs/${name//[^a-zA-Z0-9._-]/_}.log
    begin=$SECONDS
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" = 0 ]; then
        passed=$((passed + 1))
        printf 'ok      %-44s %4d s\n' "$name" $((SECONDS - begin))
    else
        failed=$((failed + 1))
        failed_steps+=("$name")
        printf 'FAILED  %-44s %4d s, exit %d: %s\n' "$name" $((SECONDS - begin)) "$status" "$log"
        tail -n 40 "$log" | sed 's/^/        /'
    fi
    return "$status"
}

# suite NAME COMMAND...: many tests, which say on a line of their own how many passed and failed ("N passed, N failed", or ctest's words).
# One that needs more of the machine than a compiler, and does not find it, ends with 77 and says why: it is skipped.
suite() {
    local name=$1 log begin status=0 good=0 bad=0
    shift
    log=$logs/${name//[^a-zA-Z0-9._-]/_}.log
    begin=$SECONDS
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" = 77 ]; then
        printf 'skipped %-44s %4d s, %s\n' "$name" $((SECONDS - begin)) "$(sed -n 's/^skipped: //p' "$log")"
        return
    fi
    if grep -qE '^[0-9]+% tests passed, [0-9]+ tests? failed out of [0-9]+' "$log"; then
        read -r bad good < <(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests? failed out of ([0-9]+).*/\1 \2/p' "$log" | tail -n 1)
        good=$((good - bad))
    elif grep -qE '^[0-9]+ passed, [0-9]+ failed$' "$log"; then
        read -r good bad < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$log" | tail -n 1)
    fi
    # No test at all, or a bad exit without a failed test, is a failure too.
    if [ "$bad" = 0 ] && { [ "$status" != 0 ] || [ "$good" = 0 ]; }; then
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    if [ "$bad" = 0 ]; then
        printf 'ok      %-44s %4d s, %d tests\n' "$name" $((SECONDS - begin)) "$good"
    else
        failed_steps+=("$name")
        printf 'FAILED  %-44s %4d s, %d of %d tests: %s\n' "$name" $((SECONDS - begin)) "$bad" $((good + bad)) "$log"
        tail -n 60 "$log" | sed 's/^/        /'
        return 1
    fi
}

configure_and_build() { # PRESET [build options...]
    local preset=$1
    shift
    cmake --preset "$preset" && cmake --build --preset "$preset" -j "$jobs" "$@"
}

sources() {
    find sim models tests -name '*.[ch]' | LC_ALL=C sort
}

format_check() {
    sources | xargs clang-format --dry-run --Werror
}

tidy() {
    find sim models -name '*.c' | LC_ALL=C sort | xargs -P "$jobs" -n 4 clang-tidy --quiet -p build/clang
}

scripts_parse() {
    local script
    while read -r script; do
        bash -n "$script" || return 1
    done < <(find scripts tests .ci -name '*.sh' -o -name '*.slurm' -o -path .ci/run)
}

# A library's objects hold no variable that can change: one replication must not see another. But for the flag that a signal sets, and the
# folder of the books, which is found once (books.c: folder, once).
no_globals() {
    local found
    found=$(objdump -t build/debug/libslsim_sim.a build/debug/libslsim_models.a | grep -E '[[:space:]]O[[:space:]]+\.(data|bss|tdata|tbss)[[:space:]]' |
        grep -vE '[[:space:]](interrupted|unfinished|folder|once)$')
    [ -z "$found" ] || {
        echo "variables that outlive a run:"
        echo "$found"
        return 1
    }
}

all_scenarios() {
    find "$@" -name '*.json' ! -path '*/data/*' ! -path '*/expected/*' | LC_ALL=C sort
}

# Those of scenarios/checks are refused, as they say in `expect`.
check_scenarios() {
    all_scenarios scenarios tests/golden | grep -v '^scenarios/checks/' | xargs build/release/slsim check --quiet
}

# Several processes: many of the scenarios run on one thread.
verify_scenarios() {
    all_scenarios scenarios | xargs -P "$jobs" -n 4 build/release/slsim verify --no-progress
}

fuzz() { # TARGET: the corpus once more under the fuzzer's own build, then new input for a while
    local target=$1 corpus=tests/fuzz/corpus/${1#fuzz_} work
    work=$(mktemp -d)
    mkdir "$work/new" "$work/found"
    build/fuzz/tests/"$target" -max_total_time="$fuzz_seconds" -timeout=20 -rss_limit_mb=2048 -max_len=16384 -artifact_prefix="$work/found/" \
        "$work/new" $([ -d "$corpus" ] && echo "$corpus")
    local status=$?
    if [ "$status" != 0 ]; then
        mkdir -p build/fuzz-found
        cp "$work"/found/* build/fuzz-found/ 2>/dev/null
        echo "the input is in build/fuzz-found"
    fi
    rm -rf "$work"
    return "$status"
}

# All of them, as many at a time as there are processors; what each said, and its status, are kept in the logs.
fuzz_all() {
    export -f fuzz
    export fuzz_seconds logs
    find tests/fuzz -name 'fuzz_*.c' -printf '%f\n' | LC_ALL=C sort | sed 's/\.c$//' |
        xargs -P "$jobs" -I{} bash -c 'fuzz "$1" >"$logs/$1.said" 2>&1; echo $? >"$logs/$1.status"' - {}
}

fuzzed() { # TARGET: how it went
    cat "$logs/$1.said"
    return "$(cat "$logs/$1.status")"
}

# Several replications on several threads, under the thread sanitizer.
threads() {
    local work status=0
    work=$(mktemp -d)
    for scenario in tests/golden/everything.json scenarios/throttling-study.json; do
        TSAN_OPTIONS=halt_on_error=1 build/tsan/slsim run "$scenario" --replications 6 --threads 4 --quiet --no-progress -o "$work/result" || status=$?
    done
    rm -rf "$work"
    return "$status"
}

step 'install packages' scripts/install-packages.sh --tests || true

echo '-- style'
step 'scripts parse' scripts_parse
step 'dependency law' tests/unit/dependency_law.sh
step 'clang-format' format_check

echo '-- release: gcc -O3'
if step 'build release' configure_and_build release; then
    suite 'ctest release' ctest --preset release -j "$jobs" -E '^(cli|unit\.dependency_law)$'
    suite 'command line' tests/cli/run.sh build/release/slsim
    step 'check every scenario' check_scenarios
    step 'sweep every sweep' bash -c 'work=$(mktemp -d); trap "rm -rf $work" EXIT; root=$PWD; cd "$work" && "$root/build/release/slsim" sweep --no-progress "$root"/scenarios/sweeps/*.json'
    step 'verify every scenario' verify_scenarios
    step 'study cards' build/release/slsim study --batch --quiet --no-progress
    suite 'pages in a browser' tests/browser/browser.sh build/release/slsim
    suite 'a sweep over ssh and in pods' tests/cluster/launchers.sh build/release/slsim
    suite 'a sweep on Slurm' tests/cluster/slurm.sh build/release/slsim
fi

echo '-- other compilers and settings'
step 'build clang' configure_and_build clang
step 'build debug: gcc -O0' configure_and_build debug --target slsim && step 'no global variables' no_globals
step 'same bytes' tests/golden/determinism.sh build/release/slsim build/clang/slsim build/debug/slsim
step 'clang-tidy' tidy

echo '-- sanitizers'
if step 'build asan' configure_and_build asan; then
    # Without the scripts, which judge figures: those are the release's. What they run, the command line's cases run too.
    suite 'ctest asan' env ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 ctest --preset asan -j "$jobs" -E '^(cli|golden\..*|analytic\.(closed_forms|common_chance|size_search)|unit\.dependency_law)$'
    suite 'command line under asan' env ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 tests/cli/run.sh build/asan/slsim
fi
step 'build tsan' configure_and_build tsan --target slsim && step 'threads under tsan' threads

echo '-- fuzzing'
if step 'build fuzz' configure_and_build fuzz && step 'fuzz' fuzz_all; then
    for source in tests/fuzz/fuzz_*.c; do
        [ -e "$source" ] || continue
        target=$(basename "$source" .c)
        step "$target" fuzzed "$target"
    done
fi

echo
[ ${#failed_steps[@]} = 0 ] || printf 'failed: %s\n' "${failed_steps[@]}"
echo "took $((SECONDS / 60)) min $((SECONDS % 60)) s"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
