/* database_proxy_clients.c: who is connected to a proxy. There is no limit to clients. One that sends nothing for IdleClientTimeout is
 * disconnected, and connects again when it sends something. A client whose session was pinned keeps its connection to the database for
 * itself until it goes. */
#include "database_proxy_state.h"

static int64_t open_count(const struct database_proxy_session *session)
{
    return session->closed ? 0 : (int64_t)session->count;
}

/* What was pinned is to be given back, where it is not in use: returns how many. */
static uint32_t unpin(struct simulation *simulation, struct database_proxy *proxy, struct database_proxy_session *session)
{
    uint32_t count = session->free;
    session->pinned -= count;
    session->free = 0;
    gauge_add(&proxy->metrics.pinned, simulation->now_ns, -(int64_t)count);
    return count;
}

static void give_back(struct simulation *simulation, struct database_proxy *proxy, uint32_t count)
{
    for (; count > 0; count--)
        database_proxy_give_back(simulation, proxy);
}

static bool admit(struct simulation *simulation, void *self, uint64_t client, uint32_t count)
{
    struct database_proxy *proxy = self;
    uint32_t id = pool_take(&proxy->sessions);
    if (id == POOL_NONE || key_map_put(&proxy->clients, client, id) != STATUS_OK) {
        simulation_fail(simulation, simulation->memory.status == STATUS_OK ? STATUS_NO_MEMORY : simulation->memory.status);
        return false;
    }
    *(struct database_proxy_session *)pool_at(&proxy->sessions, id) = (struct database_proxy_session){.count = count, .era = proxy->era};
    gauge_add(&proxy->metrics.clients, simulation->now_ns, count);
    deadline_enter(simulation, &proxy->idle_clients, id);
    return true;
}

static void release(struct simulation *simulation, void *self, uint64_t client, uint32_t count, int64_t since_ns)
{
    struct database_proxy *proxy = self;
    uint32_t id = key_map_find(&proxy->clients, client);
    (void)count;
    (void)since_ns;
    if (id == POOL_NONE)
        return;
    struct database_proxy_session *session = proxy_session(proxy, id);
    key_map_remove(&proxy->clients, client);
    gauge_add(&proxy->metrics.clients, simulation->now_ns, -open_count(session));
    if (session->busy == 0 && !session->closed)
        deadline_leave(&proxy->idle_clients, id);
    session->count = 0;
    uint32_t unpinned = unpin(simulation, proxy, session);
    if (session->busy == 0)
        pool_give(&proxy->sessions, id);
    give_back(simulation, proxy, unpinned); /* which may end what waits in this session */
}

static int64_t connect_ns(struct simulation *simulation, void *self, uint64_t item, uint32_t attempt)
{
    struct database_proxy *proxy = self;
    (void)simulation;
    return distribution_draw_ns(proxy->config.connect_time, &proxy->connects, item, attempt);
}

const struct connectable database_proxy_connectable = {.admit = admit, .release = release, .connect_ns = connect_ns};

uint32_t database_proxy_enter(struct simulation *simulation, struct database_proxy *proxy, const struct request *request)
{
    uint64_t client;
    int64_t since_ns;
    uint32_t id = database_kept_connection(simulation, request, &client, &since_ns) ? key_map_find(&proxy->clients, client) : POOL_NONE;
    if (id == POOL_NONE) {
        gauge_add(&proxy->metrics.clients, simulation->now_ns, 1);
        return POOL_NONE;
    }
    struct database_proxy_session *session = proxy_session(proxy, id);
    if (session->closed)
        gauge_add(&proxy->metrics.clients, simulation->now_ns, session->count);
    else if (session->busy == 0)
        deadline_leave(&proxy->idle_clients, id);
    session->closed = false;
    session->busy++;
    return id;
}

bool database_proxy_leave(struct simulation *simulation, struct database_proxy *proxy, uint32_t id, bool pinned, bool pins)
{
    if (id == POOL_NONE) {
        gauge_add(&proxy->metrics.clients, simulation->now_ns, -1);
        return true;
    }
    struct database_proxy_session *session = proxy_session(proxy, id);
    bool stays = session->count > 0 && (pinned || (pins && session->pinned < session->count));
    session->busy--;
    if (stays && !pinned)
        gauge_add(&proxy->metrics.pinned, simulation->now_ns, 1);
    else if (!stays && pinned)
        gauge_add(&proxy->metrics.pinned, simulation->now_ns, -1);
    session->pinned += stays && !pinned;
    session->pinned -= !stays && pinned;
    session->free += stays;
    if (session->busy > 0)
        return !stays;
    if (session->count == 0)
        pool_give(&proxy->sessions, id);
    else
        deadline_enter(simulation, &proxy->idle_clients, id);
    return !stays;
}

void database_proxy_client_due(struct simulation *simulation, struct database_proxy *proxy)
{
    uint32_t id;
    while ((id = deadline_due(simulation, &proxy->idle_clients)) != POOL_NONE) {
        struct database_proxy_session *session = proxy_session(proxy, id);
        gauge_add(&proxy->metrics.clients, simulation->now_ns, -open_count(session));
        session->closed = true;
        give_back(simulation, proxy, unpin(simulation, proxy, session));
    }
}
