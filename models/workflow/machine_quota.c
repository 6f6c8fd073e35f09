/* machine_quota.c: token buckets of an account: StartExecution, and StateTransition of STANDARD executions, which wait in the order in
 * which they came. Source: rules sfn_start_*, sfn_transition_*, sfn_standard_open_max, which cite the developer guide, "Quotas". */
#include "machine_quota.h"

#include "machine_strand.h"

static const struct cause cause_throttled = {.fate = FATE_THROTTLED, .text = "ThrottlingException"};
static const struct cause cause_open = {.fate = FATE_REJECTED, .text = "ExecutionLimitExceeded"};

static struct machine_quota *quota_of(const struct simulation *simulation, const struct machine *machine)
{
    return &((struct machine *)entity_state(simulation, machine->keeper))->quota;
}

static void bucket_init(struct token_bucket *bucket, const struct rule_book *rules, const char *size, const char *rate)
{
    token_bucket_init(bucket, rule_count(rules, size, 1, 1000000000), rule_count(rules, rate, 1, 1000000000), NS_PER_S, 0);
}

void quota_init(struct simulation *simulation, struct machine *keeper)
{
    const struct rule_book *rules = simulation->settings->rules;
    struct machine_quota *quota = &keeper->quota;
    bucket_init(&quota->transitions, rules, "sfn_transition_bucket", "sfn_transition_rate");
    for (int i = 0; i < CALLBACK_KINDS; i++)
        bucket_init(&quota->callbacks[i], rules, "sfn_callback_bucket", "sfn_callback_rate");
    bucket_init(&quota->starts, rules, "sfn_start_standard_bucket", "sfn_start_standard_rate");
    bucket_init(&quota->express_starts, rules, "sfn_start_express_bucket", "sfn_start_express_rate");
    quota->open_most = rule_count(rules, "sfn_standard_open_max", 1, INT64_C(1) << 40);
    pool_init(&quota->turns, sizeof(struct turn), &simulation->memory, simulation->entities[keeper->self].name);
    chain_init(&quota->line, &quota->turns, offsetof(struct turn, link));
}

void quota_fini(struct machine *keeper)
{
    if (keeper->quota.turns.owner)
        pool_fini(&keeper->quota.turns);
}

const struct cause *quota_refusal(struct simulation *simulation, struct machine *machine)
{
    struct machine_quota *quota = quota_of(simulation, machine);
    bool express = machine->type == MACHINE_EXPRESS;
    if (!token_bucket_take(express ? &quota->express_starts : &quota->starts, 1, simulation->now_ns)) {
        counter_add(&machine->metrics.refused, 1);
        return &cause_throttled;
    }
    return !express && quota->open >= quota->open_most ? &cause_open : NULL;
}

bool quota_take_callback(struct simulation *simulation, struct machine *machine, enum callback_kind kind)
{
    if (token_bucket_take(&quota_of(simulation, machine)->callbacks[kind], 1, simulation->now_ns))
        return true;
    counter_add(&machine->metrics.refused, 1);
    return false;
}

void quota_open(struct simulation *simulation, const struct machine *machine, int change)
{
    quota_of(simulation, machine)->open += change;
}

static void schedule(struct simulation *simulation, uint32_t keeper, struct machine_quota *quota)
{
    if (quota->scheduled || quota->line.head == POOL_NONE)
        return;
    quota->scheduled = true;
    simulation_schedule(simulation, keeper, MACHINE_TOKENS, RANK_COMPLETION,
                        token_bucket_ready_ns(&quota->transitions, 1, simulation->now_ns), 0);
}

bool quota_take_transition(struct simulation *simulation, struct machine *machine, uint32_t strand)
{
    struct machine_quota *quota = quota_of(simulation, machine);
    struct strand *waiting = strand_at(machine, strand);
    if (quota->line.head == POOL_NONE && token_bucket_take(&quota->transitions, 1, simulation->now_ns)) {
        counter_add(&machine->metrics.consumed, 1);
        return true;
    }
    uint32_t id = pool_take(&quota->turns);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return false;
    }
    waiting->timer = tie_new(simulation, machine, strand);
    *(struct turn *)pool_at(&quota->turns, id) = (struct turn){.machine = machine->self, .tie = waiting->timer};
    chain_append(&quota->line, id);
    counter_add(&machine->metrics.throttled, 1);
    schedule(simulation, machine->keeper, quota);
    return false;
}

/* The first in the line gets a token, if it still waits; false: there is none left. */
static bool serve_first(struct simulation *simulation, struct machine_quota *quota)
{
    uint32_t id = quota->line.head;
    const struct turn turn = *(const struct turn *)pool_at(&quota->turns, id);
    struct machine *machine = entity_state(simulation, turn.machine);
    bool waits = turn.tie != POOL_NONE && ((const struct tie *)pool_at(&machine->ties, turn.tie))->strand != POOL_NONE;
    if (waits && !token_bucket_take(&quota->transitions, 1, simulation->now_ns))
        return false;
    chain_remove(&quota->line, id);
    pool_give(&quota->turns, id);
    uint32_t strand = turn.tie == POOL_NONE ? POOL_NONE : tie_end(machine, turn.tie);
    if (strand == POOL_NONE)
        return true;
    struct strand *served = strand_at(machine, strand);
    served->timer = POOL_NONE;
    served->granted = true;
    counter_add(&machine->metrics.consumed, 1);
    strand_ready(machine, strand);
    machine_work(simulation, machine);
    return true;
}

void quota_tokens(struct simulation *simulation, struct machine *keeper)
{
    struct machine_quota *quota = &keeper->quota;
    quota->scheduled = false;
    while (quota->line.head != POOL_NONE && serve_first(simulation, quota))
        ;
    schedule(simulation, keeper->self, quota);
}
