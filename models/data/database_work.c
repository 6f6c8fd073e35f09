/* database_work.c: the vCPUs of an instance, and the line for them: whole ones, each as fast as a vCPU, or, where there is less than a
 * whole number of them, by as much slower. When there are more or fewer, what works goes on at the new speed; more than there are work on.
 */
#include "database_state.h"

#include <math.h>

static struct transaction *transaction_at(const struct database *database, uint32_t id)
{
    return pool_at(&database->transactions, id);
}

static void expect_end(struct simulation *simulation, struct database *database, uint32_t id)
{
    struct transaction *transaction = transaction_at(database, id);
    int64_t ns = database->speed < 1 ? time_from_double((double)transaction->work_ns / fmax(database->speed, 1e-6)) : transaction->work_ns;
    transaction->since_ns = simulation->now_ns;
    transaction->due_ns = time_add(simulation->now_ns, ns);
    transaction->events++;
    simulation_schedule(simulation, database->self, DATABASE_WORKED, RANK_COMPLETION, transaction->due_ns, id);
}

/* Others work, or as many with more or less: what works shares what there is, and nobody has more than one vCPU. `fresh` begins now, or is
 * POOL_NONE. O(1) where there is one for each. */
static void share_out(struct simulation *simulation, struct database *database, uint32_t fresh)
{
    double former = database->speed, count = (double)database->working_count;
    int64_t busy = llround(fmin(database->power, count) * VCPU_PARTS);
    gauge_add(&database->metrics.busy, simulation->now_ns, busy - database->metrics.busy.level);
    database->speed = count <= database->power ? 1 : database->power / count;
    if (fresh != POOL_NONE)
        expect_end(simulation, database, fresh);
    if (database->speed == former)
        return;
    for (uint32_t id = database->working.head; id != POOL_NONE; id = transaction_at(database, id)->turn.next) {
        struct transaction *transaction = transaction_at(database, id);
        int64_t done_ns = time_from_double((double)(simulation->now_ns - transaction->since_ns) * former);
        if (id == fresh)
            continue;
        transaction->work_ns = done_ns < transaction->work_ns ? transaction->work_ns - done_ns : 0;
        expect_end(simulation, database, id);
    }
}

static void work(struct simulation *simulation, struct database *database, uint32_t id)
{
    transaction_at(database, id)->state = TRANSACTION_WORKS;
    chain_append(&database->working, id);
    database->working_count++;
    share_out(simulation, database, id);
}

void database_work_begin(struct simulation *simulation, struct database *database, uint32_t id)
{
    struct database_metrics *metrics = &database->metrics;
    gauge_add(&metrics->load_cpu, simulation->now_ns, 1);
    if (database->working_count < database->servers && database->line.head == POOL_NONE) {
        work(simulation, database, id);
        return;
    }
    transaction_at(database, id)->state = TRANSACTION_IN_LINE;
    chain_append(&database->line, id);
    gauge_add(&metrics->waiting, simulation->now_ns, 1);
}

void database_work_next(struct simulation *simulation, struct database *database)
{
    while (database->working_count < database->servers && database->line.head != POOL_NONE) {
        uint32_t id = database->line.head;
        chain_remove(&database->line, id);
        gauge_add(&database->metrics.waiting, simulation->now_ns, -1);
        work(simulation, database, id);
    }
}

void database_work_leave(struct simulation *simulation, struct database *database, uint32_t id)
{
    struct database_metrics *metrics = &database->metrics;
    gauge_add(&metrics->load_cpu, simulation->now_ns, -1);
    if (transaction_at(database, id)->state == TRANSACTION_IN_LINE) {
        chain_remove(&database->line, id);
        gauge_add(&metrics->waiting, simulation->now_ns, -1);
        return;
    }
    chain_remove(&database->working, id);
    database->working_count--;
    share_out(simulation, database, POOL_NONE);
}

void database_resize(struct simulation *simulation, struct database *database, double vcpus)
{
    database->servers = (int64_t)ceil(vcpus - 1e-9);
    database->power = vcpus;
    if (vcpus > 0) /* with nothing at all nothing works, nor did it before */
        share_out(simulation, database, POOL_NONE);
    database_work_next(simulation, database);
}
