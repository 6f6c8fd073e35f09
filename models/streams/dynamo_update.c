/* dynamo_update.c: provisioned capacity that changes while it runs: by hand, or by a scalable target. An update takes its time, with the
 * old capacity meanwhile; decreases are limited.
 * Sources: rules ddb_update_table_s and ddb_decreases_*, which cite the DynamoDB developer guide, "Managing throughput capacity
 * automatically with DynamoDB auto scaling" and "Quotas". */
#include "dynamo_state.h"

struct throughput *dynamo_throughput_at(struct dynamo_table *table, uint32_t which)
{
    if (which >= THROUGHPUT_OF_REPLICA)
        return &table->copies.reads[which - THROUGHPUT_OF_REPLICA];
    if (which < 2)
        return which == 0 ? &table->reads : &table->writes;
    struct dynamo_index *index = &table->indexes[which / 2 - 1];
    return which % 2 == 0 ? &index->reads : &index->writes;
}

/* A day in UTC begins with some; then there may be one after an hour without any. */
static bool may_decrease(struct simulation *simulation, struct dynamo_table *table)
{
    const struct rule_book *rules = simulation->settings->rules;
    int64_t day = (simulation->settings->start_epoch_s + simulation->now_ns / NS_PER_S) / (NS_PER_DAY / NS_PER_S);
    uint32_t used = table->decrease_day == day ? table->decreases : 0;
    bool free_now = used < (uint32_t)rule_count(rules, "ddb_decreases_first_hour", 0, 1000000);
    bool rested =
        simulation->now_ns - table->decreased_ns >= NS_PER_HOUR && used < (uint32_t)rule_count(rules, "ddb_decreases_per_day", 0, 1000000);
    if (!free_now && !rested)
        return false;
    table->decrease_day = day;
    table->decreases = used + 1;
    table->decreased_ns = simulation->now_ns;
    return true;
}

/* `asked` is new. While an update is under way there is no other: ResourceInUseException. */
static void update(struct simulation *simulation, struct dynamo_table *table, uint32_t which, int64_t asked)
{
    struct throughput *throughput = dynamo_throughput_at(table, which);
    int64_t before = throughput->asked;
    if (asked == before)
        return;
    if (throughput->on_demand || throughput->updating || (asked < throughput->there && !may_decrease(simulation, table))) {
        counter_add(&table->updates_refused, 1);
        return;
    }
    throughput->asked = throughput->ordered = asked;
    throughput->updating = true;
    int64_t takes_ns = rule_ns(simulation->settings->rules, "ddb_update_table_s");
    simulation_schedule(simulation, table->log.self, TABLE_UPDATED, RANK_COMPLETION, time_add(simulation->now_ns, takes_ns), which);
}

void dynamo_updated(struct simulation *simulation, struct dynamo_table *table, uint32_t which)
{
    throughput_updated(dynamo_throughput_at(table, which), simulation->now_ns);
    dynamo_stream_follow(simulation, table);
}

/* `changes` have set it already. */
void dynamo_changed(struct simulation *simulation, void *self, size_t offset)
{
    struct dynamo_table *table = self;
    uint32_t which = offset == offsetof(struct dynamo_table, reads.asked) ? 0 : 1;
    struct throughput *throughput = dynamo_throughput_at(table, which);
    int64_t asked = throughput->asked;
    throughput->asked = throughput->ordered;
    update(simulation, table, which, asked);
}

static int64_t read_capacity(const void *self)
{
    return ((const struct dynamo_table *)self)->reads.asked;
}

static int64_t write_capacity(const void *self)
{
    return ((const struct dynamo_table *)self)->writes.asked;
}

static int64_t read_capacity_there(const void *self)
{
    return ((const struct dynamo_table *)self)->reads.there;
}

static int64_t write_capacity_there(const void *self)
{
    return ((const struct dynamo_table *)self)->writes.there;
}

static void set_read_capacity(struct simulation *simulation, void *self, int64_t capacity)
{
    update(simulation, self, 0, capacity);
}

static void set_write_capacity(struct simulation *simulation, void *self, int64_t capacity)
{
    update(simulation, self, 1, capacity);
}

const struct scalable dynamo_scalable[] = {
    {.dimension = "dynamodb:table:ReadCapacityUnits",
     .capacity = read_capacity,
     .allocated = read_capacity_there,
     .set_capacity = set_read_capacity},
    {.dimension = "dynamodb:table:WriteCapacityUnits",
     .capacity = write_capacity,
     .allocated = write_capacity_there,
     .set_capacity = set_write_capacity},
    {0},
};
