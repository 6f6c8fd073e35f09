/* deadline_line.c: time limits of calls that begin in order and may end in any. */
#include "engine/deadline_line.h"

static struct deadline_place *place_of(const struct deadline_line *line, uint32_t id)
{
    return (struct deadline_place *)chain_link(&line->calls, id); /* its first member */
}

static int64_t due_ns(const struct deadline_line *line, uint32_t id)
{
    return time_add(place_of(line, id)->since_ns, line->limit_ns);
}

void deadline_line_init(struct deadline_line *line, const struct pool *calls, size_t offset, int64_t limit_ns, uint32_t entity,
                        uint16_t kind, uint32_t data)
{
    *line = (struct deadline_line){.limit_ns = limit_ns, .entity = entity, .data = data, .kind = kind};
    chain_init(&line->calls, calls, offset);
}

static void schedule(struct simulation *simulation, struct deadline_line *line)
{
    int64_t at_ns = due_ns(line, line->calls.head);
    line->scheduled = at_ns < simulation->end_ns; /* what lies past the end never happens */
    if (line->scheduled)
        simulation_schedule(simulation, line->entity, line->kind, RANK_EXPIRY, at_ns, line->data);
}

void deadline_enter(struct simulation *simulation, struct deadline_line *line, uint32_t id)
{
    place_of(line, id)->since_ns = simulation->now_ns;
    chain_append(&line->calls, id);
    if (!line->scheduled)
        schedule(simulation, line);
}

void deadline_leave(struct deadline_line *line, uint32_t id)
{
    chain_remove(&line->calls, id);
}

uint32_t deadline_due(struct simulation *simulation, struct deadline_line *line)
{
    uint32_t id = line->calls.head;
    if (id != POOL_NONE && due_ns(line, id) <= simulation->now_ns) {
        deadline_leave(line, id);
        return id;
    }
    line->scheduled = false;
    if (id != POOL_NONE)
        schedule(simulation, line);
    return POOL_NONE;
}
