/* server_guests.c: tasks as guests of instances.
 * Sources: Amazon ECS Developer Guide, "Draining Amazon ECS container instances": tasks of an instance that is to go stop once others run
 * in their place as far as there is room (at once, here), "Managed instance draining"; a task whose instance is gone is gone with it. */
#include "server_guests.h"

#include "ecs_cluster.h"
#include "placement.h"

void guests_look(struct simulation *simulation, uint32_t cluster)
{
    struct ecs_cluster *state = entity_state(simulation, cluster);
    if (state->looking)
        return;
    state->looking = true;
    simulation_schedule(simulation, cluster, 0, RANK_COMPLETION, simulation->now_ns, 0);
}

void guests_left(struct simulation *simulation, struct servers *service, const struct server *task)
{
    struct servers *group = entity_state(simulation, task->host);
    const struct server *instance = &group->list[task->host_server];
    placement_give(simulation, task);
    if (instance->guests == 0 && instance->phase == SERVER_LEAVING && instance->busy == 0)
        servers_idle(simulation, group, task->host_server);
    guests_look(simulation, service->cluster);
}

static void each_guest(struct simulation *simulation, const struct servers *group, uint32_t which,
                       void (*act)(struct simulation *, struct servers *, uint32_t))
{
    const struct ecs_cluster *cluster = entity_state(simulation, group->cluster);
    for (uint32_t next = cluster->first_service; next && group->list[which].guests > 0;) {
        struct servers *service = entity_state(simulation, next - 1);
        for (uint32_t i = 0; i < service->end; i++) {
            const struct server *task = &service->list[i];
            if (task->phase != SERVER_ABSENT && task->host == group->self && task->host_server == which)
                act(simulation, service, i);
        }
        next = service->next_in_cluster;
    }
}

static void move(struct simulation *simulation, struct servers *service, uint32_t which)
{
    if (service->list[which].phase != SERVER_LEAVING)
        servers_retire(simulation, service, which, TIME_FOREVER);
}

void guests_move(struct simulation *simulation, const struct servers *group, uint32_t which)
{
    each_guest(simulation, group, which, move);
    guests_look(simulation, group->cluster);
}

/* Others are looked for once all of them are gone. */
void guests_lose(struct simulation *simulation, const struct servers *group, uint32_t which)
{
    each_guest(simulation, group, which, servers_lose);
    guests_look(simulation, group->cluster);
}
