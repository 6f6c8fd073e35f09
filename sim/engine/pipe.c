/* pipe.c: requests whose bytes go through something of limited bandwidth. */
#include "engine/pipe.h"

struct passing {
    uint32_t pool_link;
    uint32_t to, request;
};

void pipe_init(struct pipe *pipe, struct simulation *simulation, uint32_t self, uint16_t kind, double bytes_per_s)
{
    pipe->bytes_per_s = bytes_per_s > 1 ? bytes_per_s : 1;
    pipe->free_ns = 0;
    pipe->self = self;
    pipe->kind = kind;
    pool_init(&pipe->passing, sizeof(struct passing), &simulation->memory, simulation->entities[self].name);
}

void pipe_fini(struct pipe *pipe)
{
    if (pipe->passing.owner)
        pool_fini(&pipe->passing);
}

void pipe_send(struct simulation *simulation, struct pipe *pipe, uint32_t to, double bytes, const struct request *request)
{
    uint32_t id = pool_take(&pipe->passing);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    *(struct passing *)pool_at(&pipe->passing, id) = (struct passing){.to = to, .request = request->id};
    int64_t begins_ns = pipe->free_ns > simulation->now_ns ? pipe->free_ns : simulation->now_ns;
    pipe->free_ns = time_add(begins_ns, time_from_double(bytes / pipe->bytes_per_s * (double)NS_PER_S));
    simulation_schedule(simulation, pipe->self, pipe->kind, RANK_COMPLETION, pipe->free_ns, id);
}

void pipe_due(struct simulation *simulation, struct pipe *pipe, const struct event *event)
{
    const struct passing passing = *(const struct passing *)pool_at(&pipe->passing, event->data);
    pool_give(&pipe->passing, event->data);
    ledger_count(&simulation->entities[pipe->self].ledger, &cause_succeeded);
    request_send(simulation, passing.to, request_at(simulation, passing.request));
}
