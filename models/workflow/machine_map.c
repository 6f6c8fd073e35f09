/* machine_map.c: branches and items. A Parallel is over when all its branches are; a Map handles so many items at once, each next one when
 * one is done. What fails fails the whole, and stops the others; but a distributed Map bears so many failures.
 * A distributed one may read its items from a bucket first, and write its results into one: calls one after the other.
 * Sources: the States Language specification; Step Functions developer guide, "Inline mode" (40 at once) and "Distributed mode" (10,000 at
 * once, in executions of their own with a history of their own), rules sfn_map_*. */
#include "machine_map.h"

#include "machine_error.h"
#include "machine_execution.h"
#include "machine_strand.h"
#include "machine_task.h"

#include <math.h>
#include <string.h>

static bool is_distributed(const struct workflow_state *state)
{
    return state->kind == WORKFLOW_MAP && state->map.mode == 1;
}

/* The attempts of a state that is tried again have children of their own. */
static uint64_t child_item(const struct machine *machine, const struct strand *strand, uint32_t number)
{
    return item_child(strand->item, machine->salt, strand->state, number + (strand->visit * 31u + strand->attempt) * 0x9e3779b1u);
}

static int64_t draw_items(struct machine *machine, const struct strand *strand)
{
    const struct state_behavior *behavior = plan_of(machine, strand)->behavior;
    if (!behavior || !behavior->items)
        return machine->limits.items_assumed;
    stream_at(&machine->items, child_item(machine, strand, 0), 0);
    double drawn = floor(distribution_sample(behavior->items, &machine->items.rng) + 0.5);
    return drawn > 0 ? (int64_t)fmin(drawn, (double)machine->limits.items_most) : 0;
}

static int64_t concurrency_of(const struct machine *machine, const struct workflow_state *state)
{
    if (state->kind == WORKFLOW_PARALLEL)
        return INT64_MAX;
    int64_t most = is_distributed(state) ? machine->limits.distributed_most : machine->limits.inline_most;
    return state->map.concurrency > 0 && state->map.concurrency < most ? state->map.concurrency : most;
}

static void begin_child(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    const struct workflow_state *state = state_of(machine, strand);
    struct execution *execution = execution_at(machine, strand->execution);
    uint32_t number = (uint32_t)strand->begun++, child;
    uint32_t scope = state->first_branch + (state->kind == WORKFLOW_PARALLEL ? number : 0);
    uint64_t item = child_item(machine, strand, number);
    strand->open++;
    execution->children++;
    counter_add(&part_of(simulation, machine, strand->state)->metrics.children, 1);
    item_made(simulation, item, strand->item);
    if (is_distributed(state)) {
        struct execution like = *execution;
        like.item = item;
        like.children = 0;
        like.parent = id;
        like.request = POOL_NONE;
        like.express = state->map.execution_type == 1;
        uint32_t begun = execution_begin(simulation, machine, &like, scope, number);
        child = begun == POOL_NONE ? POOL_NONE : execution_at(machine, begun)->root;
    } else {
        if (state->kind == WORKFLOW_MAP)
            execution_event(machine, execution, machine->limits.child_events);
        child = strand_new(simulation, machine, strand->execution, id, number, scope, item);
    }
    if (child != POOL_NONE)
        strand_ready(machine, child);
}

/* As many as may be at once. */
static void fill(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    const struct strand *strand = strand_at(machine, id);
    int64_t most = concurrency_of(machine, state_of(machine, strand));
    while (strand->begun < strand->items && strand->open < most && simulation->status == STATUS_OK)
        begin_child(simulation, machine, id);
}

/* One more call of the Map's reader, or its writer. */
static void access_next(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    const struct strand *strand = strand_at(machine, id);
    const struct state_plan *plan = plan_of(machine, strand);
    const struct workflow_map *map = &state_of(machine, strand)->map;
    task_send(simulation, machine, id, strand->writes ? plan->writer : plan->reader, strand->writes ? &map->writer : &map->reader,
              child_item(machine, strand, UINT32_MAX / 2 + (uint32_t)strand->pages + (strand->writes ? UINT32_MAX / 4 : 0)));
}

/* All its items are over. */
static void group_over(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    strand->writes = true;
    strand->pages = machine->limits.result_files;
    if (plan_of(machine, strand)->writer == ENTITY_NONE || strand->pages == 0)
        strand_ready(machine, id);
    else
        access_next(simulation, machine, id);
}

static void begin_items(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    if (strand_at(machine, id)->items == 0)
        group_over(simulation, machine, id);
    else
        fill(simulation, machine, id);
}

void group_accessed(struct simulation *simulation, struct machine *machine, uint32_t id, const struct cause *cause)
{
    struct strand *strand = strand_at(machine, id);
    if (cause != &cause_succeeded)
        strand_fail(machine, id, strand->writes ? error_writer : error_reader);
    else if (--strand->pages > 0)
        access_next(simulation, machine, id);
    else if (strand->writes)
        strand_ready(machine, id);
    else
        begin_items(simulation, machine, id);
}

/* A list of objects comes by pages; an object that holds the items is one. */
static int64_t pages_of(const struct machine *machine, const struct workflow_state *state, int64_t items)
{
    const char *action = state->map.reader.action;
    int64_t page = machine->limits.page_items;
    return action && strcmp(action, "ListObjectsV2") == 0 && items > 0 ? items / page + (items % page > 0) : 1;
}

void group_begin(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    const struct workflow_state *state = state_of(machine, strand);
    int64_t batch = is_distributed(state) ? state->map.batch : 1, items = state->branch_count;
    if (state->kind == WORKFLOW_MAP) {
        items = draw_items(machine, strand);
        if (state->map.items_most > 0 && state->map.items_most < items)
            items = state->map.items_most;
        strand->pages = pages_of(machine, state, items);
        items = items / batch + (items % batch > 0);
    }
    strand->items = items;
    strand->begun = strand->open = strand->failed = 0;
    execution_event(machine, execution_at(machine, strand->execution), machine->limits.group_events);
    strand->phase = STRAND_LEAVE;
    strand->writes = false;
    if (plan_of(machine, strand)->reader != ENTITY_NONE)
        access_next(simulation, machine, id);
    else
        begin_items(simulation, machine, id);
}

/* Are there more failures than the state bears? */
static bool is_too_much(const struct workflow_state *state, const struct strand *strand)
{
    const struct workflow_map *map = &state->map;
    bool of_count = map->tolerated >= 0, of_share = map->tolerated_share_given;
    if (!of_count && !of_share)
        return strand->failed > 0;
    return (of_count && strand->failed > map->tolerated) ||
           (of_share && (double)strand->failed * 100 > map->tolerated_share * (double)strand->items);
}

void group_child_over(struct simulation *simulation, struct machine *machine, uint32_t id, const struct error *error)
{
    struct strand *strand = strand_at(machine, id);
    const struct workflow_state *state = state_of(machine, strand);
    strand->open--;
    if (error) {
        strand->failed++;
        counter_add(&part_of(simulation, machine, strand->state)->metrics.children_failed, 1);
        if (!is_distributed(state) || is_too_much(state, strand)) {
            strand_drop_children(simulation, machine, id);
            strand_fail(machine, id, is_distributed(state) ? error_threshold : *error);
            return;
        }
    }
    if (strand->begun < strand->items)
        fill(simulation, machine, id);
    else if (strand->open == 0)
        group_over(simulation, machine, id);
}
