/* function_connect.c: a connection that is opened in INIT is kept by its environment from call to call, and closed when the environment
 * ends, or when a time-out takes its process. One that is refused fails INIT, and with it the invocation; the next invocation of that
 * environment initialises again, as after any failed INIT. An environment sees that a connection is gone when it calls through it: that
 * call fails, and the next invocation opens all of them anew, within its own time. Source: Lambda developer guide, "Best practices",
 * "Execution environment lifecycle". */
#include "function_connect.h"

#include "engine/connectable.h"
#include "engine/room.h"

#include <stdlib.h>

struct function_link {
    uint32_t target;
    const struct connectable *role;
    void *state;
};

static const struct connectable *role_of(const struct simulation *simulation, const struct step *step)
{
    return step->kind == STEP_CALL && step->call->connect == CONNECT_INIT ? simulation->entities[step->call->target].type->connectable
                                                                          : NULL;
}

struct linking {
    const struct simulation *simulation;
    struct function *function;
};

static void collect(void *context, struct step *step, const char *place)
{
    const struct linking *linking = context;
    struct function *function = linking->function;
    const struct connectable *role = role_of(linking->simulation, step);
    uint32_t known = 0;
    (void)place;
    while (role && known < function->link_count && function->links[known].target != step->call->target)
        known++;
    if (role && known == function->link_count)
        function->links[function->link_count++] = (struct function_link){
            .target = step->call->target, .role = role, .state = entity_state(linking->simulation, step->call->target)};
}

enum status function_connect_create(struct simulation *simulation, struct function *function)
{
    if (!function->procedure || function->config.connections == 0)
        return STATUS_OK;
    function->links = calloc(function->procedure->call_count + 1u, sizeof *function->links);
    if (!function->links)
        return STATUS_NO_MEMORY;
    steps_visit(&function->config.handler.steps, NULL, collect, &(struct linking){simulation, function});
    return STATUS_OK;
}

void function_connect_destroy(struct function *function)
{
    free(function->links);
    free(function->connected_ns);
}

static void close_first(struct simulation *simulation, const struct function *function, const struct environment *environment,
                        uint32_t count)
{
    uint64_t client = connectable_client(function->self, environment->id);
    for (uint32_t i = 0; i < count; i++)
        function->links[i].role->release(simulation, function->links[i].state, client, (uint32_t)function->config.connections,
                                         function->connected_ns[environment->id]);
}

bool function_connect(struct simulation *simulation, struct function *function, struct environment *environment, uint64_t item,
                      uint32_t attempt, int64_t *ns)
{
    *ns = 0;
    if (function->link_count == 0 || environment->connected)
        return true;
    if (!room_for(&function->connected_ns, environment->id + 1u, &function->connected_room, sizeof *function->connected_ns)) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return false;
    }
    function->connected_ns[environment->id] = simulation->now_ns;
    for (uint32_t i = 0; i < function->link_count; i++) {
        const struct function_link *link = &function->links[i];
        *ns = time_add(*ns, link->role->connect_ns(simulation, link->state, item, attempt));
        uint64_t client = connectable_client(function->self, environment->id);
        if (!link->role->admit(simulation, link->state, client, (uint32_t)function->config.connections)) {
            close_first(simulation, function, environment, i);
            return false;
        }
    }
    environment->connected = true;
    return true;
}

void function_disconnect(struct simulation *simulation, const struct function *function, struct environment *environment)
{
    if (!environment->connected)
        return;
    close_first(simulation, function, environment, function->link_count);
    environment->connected = false;
}

bool function_through_connection(const struct simulation *simulation, const void *self, const struct request *request, uint64_t *client,
                                 int64_t *since_ns)
{
    const struct function *function = self;
    (void)simulation;
    if (function->link_count == 0 || !procedure_sent(request) || procedure_call_of(function->procedure, request)->connect != CONNECT_INIT)
        return false;
    uint32_t id = procedure_data_of(function->procedure, request);
    if (!((const struct environment *)pool_at(&function->environments, id))->connected)
        return false; /* it has seen that it is gone, and tries again */
    *client = connectable_client(function->self, id);
    *since_ns = function->connected_ns[id];
    return true;
}

void function_connection_lost(struct simulation *simulation, const struct function *function, const struct request *request)
{
    uint64_t client;
    int64_t since_ns;
    if (procedure_left(request) || !function_through_connection(simulation, function, request, &client, &since_ns))
        return; /* nobody hears of it, or it was the call's own */
    function_disconnect(simulation, function, pool_at(&function->environments, procedure_data_of(function->procedure, request)));
}
