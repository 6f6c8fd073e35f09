/* function_connect.c: a connection that is opened in INIT is kept by its environment from call to call, and closed when the environment
 * ends, or when a time-out takes its process. One that is refused fails INIT, and with it the invocation; the next invocation of that
 * environment initialises again, as after any failed INIT. An environment sees that a connection is gone when it calls through it: that
 * call fails, and the next invocation opens all of them anew, within its own time; what is mounted stays. Source: Lambda developer guide,
 * "Best practices", "Execution environment lifecycle". A file system is mounted in the same way, by one connection whatever the handler
 * calls, which lasts as long as the environment; where it cannot be mounted there is nothing to initialise, so the environment goes.
 * Source: Lambda developer guide, "Using Amazon EFS with Lambda"; Invoke API: EFSMount*Exception. */
#include "function_connect.h"

#include "engine/connectable.h"
#include "engine/right.h"
#include "engine/room.h"
#include "function_files.h"
#include "function_network.h"

#include <stdlib.h>

struct function_link {
    uint32_t target, count; /* whom, and how many connections */
    uint8_t content;        /* what the handler sends there, where it says so: by it rights are asked for */
    bool is_mount;
    const struct connectable *role;
    void *state;
};

struct linking {
    const struct simulation *simulation;
    struct function *function;
};

static void add_link(const struct linking *linking, uint32_t target, const struct content_choice *contents)
{
    struct function *function = linking->function;
    const struct connectable *role = linking->simulation->entities[target].type->connectable;
    uint32_t known = 0;
    while (role && known < function->link_count && function->links[known].target != target)
        known++;
    if (role && known == function->link_count)
        function->links[function->link_count++] =
            (struct function_link){.target = target,
                                   .content = contents->count > 0 ? contents->contents[0] : CONTENT_NONE,
                                   .count = (uint32_t)function->config.connections,
                                   .role = role,
                                   .state = entity_state(linking->simulation, target)};
}

static void collect(void *context, struct step *step, const char *place)
{
    (void)place;
    if (step->kind != STEP_CALL || step->call->connect != CONNECT_INIT)
        return;
    add_link(context, step->call->target, &step->call->content);
    if (step->call->cache != ENTITY_NONE && step->call->cache != CACHE_TMP)
        add_link(context, step->call->cache, &step->call->content);
}

static void collect_mounts(const struct simulation *simulation, struct function *function)
{
    const struct function_file_system *mounts = function->config.file_systems.items;
    for (size_t i = 0; i < function->config.file_systems.count; i++)
        if (mounts[i].file_system != ENTITY_NONE)
            function->links[function->link_count++] =
                (struct function_link){.target = mounts[i].file_system,
                                       .count = 1,
                                       .is_mount = true,
                                       .role = simulation->entities[mounts[i].file_system].type->connectable,
                                       .state = entity_state(simulation, mounts[i].file_system)};
}

enum status function_connect_create(struct simulation *simulation, struct function *function)
{
    bool calls = function->procedure && function->config.connections > 0;
    size_t most = (calls ? 2u * function->procedure->call_count : 0) + function->config.file_systems.count;
    if (most == 0)
        return STATUS_OK;
    function->links = calloc(most, sizeof *function->links);
    if (!function->links)
        return STATUS_NO_MEMORY;
    collect_mounts(simulation, function); /* first: a step that reads the file system goes by the mount */
    function->mount_count = function->link_count;
    if (calls)
        steps_visit(&function->config.handler.steps, NULL, collect, &(struct linking){simulation, function});
    return STATUS_OK;
}

void function_connect_destroy(struct function *function)
{
    free(function->links);
    free(function->connected_ns);
}

/* Of the links from `first` on, `count`. */
static void close_links(struct simulation *simulation, const struct function *function, const struct environment *environment,
                        uint32_t first, uint32_t count)
{
    uint64_t client = connectable_client(function->self, environment->id);
    for (uint32_t i = first; i < first + count; i++)
        function->links[i].role->release(simulation, function->links[i].state, client, function->links[i].count,
                                         function->connected_ns[environment->id]);
}

/* What was opened before the link at `place` was refused. */
static void close_opened(struct simulation *simulation, const struct function *function, const struct environment *environment,
                         uint32_t place)
{
    uint32_t first = environment->mounted ? function->mount_count : 0;
    close_links(simulation, function, environment, first, place - first);
}

/* How it ends where `link` is refused. */
static enum invocation_end refusal_end(const struct simulation *simulation, const struct function *function,
                                       const struct function_link *link)
{
    if (!link->is_mount)
        return END_INIT_FAILED;
    bool reachable = !function->config.mounts_nothing && link->role->reachable(simulation, link->state);
    return reachable ? END_MOUNT_TIMED_OUT : END_MOUNT_UNREACHABLE;
}

enum invocation_end function_connect(struct simulation *simulation, struct function *function, struct environment *environment,
                                     uint64_t item, uint32_t attempt, int64_t *ns, int64_t *asleep_ns)
{
    *ns = *asleep_ns = 0;
    if (function->link_count == 0 || environment->connected)
        return END_SUCCEEDED;
    if (!room_for(&function->connected_ns, environment->id + 1u, &function->connected_room, sizeof *function->connected_ns)) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return END_INIT_FAILED;
    }
    function->connected_ns[environment->id] = simulation->now_ns;
    for (uint32_t i = environment->mounted ? function->mount_count : 0; i < function->link_count; i++) {
        const struct function_link *link = &function->links[i];
        environment->mounted = !link->is_mount;
        if (!link->is_mount && !function_network_reaches(simulation, function, environment, link->target)) {
            *ns = time_add(*ns, held_give_up_ns(simulation->settings->rules));
            close_opened(simulation, function, environment, i);
            return END_INIT_FAILED;
        }
        if (link->role->asleep_ns)
            *asleep_ns = time_add(*asleep_ns, link->role->asleep_ns(simulation, link->state));
        *ns = time_add(*ns, link->role->connect_ns(simulation, link->state, item, attempt));
        uint64_t client = connectable_client(function->self, environment->id);
        bool barred =
            link->is_mount ? function->config.mounts_nothing : right_is_lacking(simulation, function->self, link->target, link->content);
        if (barred || !link->role->admit(simulation, link->state, client, link->count)) {
            close_opened(simulation, function, environment, i);
            return refusal_end(simulation, function, link);
        }
    }
    environment->connected = environment->mounted = true;
    return END_SUCCEEDED;
}

void function_disconnect(struct simulation *simulation, const struct function *function, struct environment *environment)
{
    if (environment->connected)
        close_links(simulation, function, environment, function->mount_count, function->link_count - function->mount_count);
    environment->connected = false;
}

void function_leave_links(struct simulation *simulation, const struct function *function, struct environment *environment)
{
    function_disconnect(simulation, function, environment);
    if (environment->mounted)
        close_links(simulation, function, environment, 0, function->mount_count);
    environment->mounted = false;
}

double function_bytes_per_s(const void *self)
{
    return ((const struct function *)self)->share.bytes_per_s;
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
