/* database_proxy_pool.c: a proxy's connections to its database. Who wants one gets an idle one, or a new one as long as there are fewer
 * than MaxConnectionsPercent of the database's; else it waits in line. Connections beyond MaxIdleConnectionsPercent are closed when they
 * have been idle for a while; the one that came back last is used first. A database that refuses a connection is asked again. When it
 * fails over, all connections are gone, pinned ones too; the proxy takes requests in, which wait, and finds who takes over sooner than
 * clients do, as it does not ask for its address (RDS User Guide, "RDS Proxy concepts and terminology", "Failover"). */
#include "database_proxy_state.h"

#include "engine/rule_book.h"

#include <string.h>

static void ask_again(struct simulation *simulation, struct database_proxy *proxy, int64_t at_ns)
{
    if (!proxy->retries)
        simulation_schedule(simulation, proxy->self, PROXY_RETRY, RANK_ARRIVAL, at_ns, 0);
    proxy->retries = true;
}

/* A connection for who asks now; false: there is none. */
static bool take(struct simulation *simulation, struct database_proxy *proxy, bool *fresh)
{
    *fresh = proxy->idle == 0;
    if (!*fresh) {
        proxy->idle--;
        return true;
    }
    if (proxy->metrics.connections.level >= proxy->most)
        return false;
    if (proxy->back_ns > simulation->now_ns) {
        ask_again(simulation, proxy, proxy->back_ns);
        return false;
    }
    counter_add(&proxy->metrics.asked, 1);
    if (proxy->role->admit(simulation, proxy->target, connectable_client(proxy->self, 0), 1)) {
        gauge_add(&proxy->metrics.connections, simulation->now_ns, 1);
        return true;
    }
    counter_add(&proxy->metrics.failed, 1);
    ask_again(simulation, proxy, time_add(simulation->now_ns, rule_ns(simulation->settings->rules, "rds_proxy_retry_s")));
    return false;
}

static void grant(struct simulation *simulation, struct database_proxy *proxy, uint32_t call, bool fresh)
{
    gauge_add(&proxy->metrics.borrowed, simulation->now_ns, 1);
    proxy_call(proxy, call)->era = proxy->era;
    database_proxy_granted(simulation, proxy, call, fresh);
}

static void wait_in_line(struct simulation *simulation, struct database_proxy *proxy, uint32_t call)
{
    counter_add(&proxy->metrics.waited, 1);
    gauge_add(&proxy->metrics.waiting, simulation->now_ns, 1);
    deadline_enter(simulation, &proxy->line, call);
}

void database_proxy_borrow(struct simulation *simulation, struct database_proxy *proxy, uint32_t call)
{
    bool fresh;
    if (proxy->line.calls.head == POOL_NONE && take(simulation, proxy, &fresh)) {
        grant(simulation, proxy, call, fresh);
        return;
    }
    wait_in_line(simulation, proxy, call);
}

void database_proxy_borrow_later(struct simulation *simulation, struct database_proxy *proxy, uint32_t call)
{
    wait_in_line(simulation, proxy, call);
    ask_again(simulation, proxy, proxy->back_ns);
}

void database_proxy_close(struct simulation *simulation, struct database_proxy *proxy, int64_t again_ns)
{
    counter_add(&proxy->metrics.failed, 1);
    gauge_add(&proxy->metrics.borrowed, simulation->now_ns, -1);
    gauge_add(&proxy->metrics.connections, simulation->now_ns, -1);
    proxy->role->release(simulation, proxy->target, connectable_client(proxy->self, 0), 1, INT64_MAX);
    if (again_ns > proxy->back_ns)
        proxy->back_ns = again_ns;
}

void database_proxy_serve(struct simulation *simulation, struct database_proxy *proxy)
{
    bool fresh;
    if (proxy->serving)
        return; /* what is served ended at once, and its connection is seen below */
    proxy->serving = true;
    while (proxy->line.calls.head != POOL_NONE && take(simulation, proxy, &fresh)) {
        uint32_t call = proxy->line.calls.head;
        deadline_leave(&proxy->line, call);
        gauge_add(&proxy->metrics.waiting, simulation->now_ns, -1);
        grant(simulation, proxy, call, fresh);
    }
    proxy->serving = false;
}

/* The longest idle one is looked at when its time has come, as long as there are too many. */
static void look_later(struct simulation *simulation, struct database_proxy *proxy)
{
    if (proxy->looks || proxy->idle <= proxy->most_idle)
        return;
    int64_t due_ns = time_add(proxy->idle_since_ns[0], proxy->idle_ns);
    proxy->looks = true;
    simulation_schedule(simulation, proxy->self, PROXY_LOOK_AT_IDLE, RANK_EXPIRY, due_ns > simulation->now_ns ? due_ns : simulation->now_ns,
                        0);
}

void database_proxy_give_back(struct simulation *simulation, struct database_proxy *proxy)
{
    gauge_add(&proxy->metrics.borrowed, simulation->now_ns, -1);
    proxy->idle_since_ns[proxy->idle++] = simulation->now_ns;
    database_proxy_serve(simulation, proxy);
    look_later(simulation, proxy);
}

void database_proxy_look_at_idle(struct simulation *simulation, struct database_proxy *proxy)
{
    int64_t surplus = 0;
    while (proxy->idle - surplus > proxy->most_idle && time_add(proxy->idle_since_ns[surplus], proxy->idle_ns) <= simulation->now_ns)
        surplus++;
    if (surplus > 0) {
        proxy->idle -= surplus;
        memmove(proxy->idle_since_ns, proxy->idle_since_ns + surplus, (size_t)proxy->idle * sizeof *proxy->idle_since_ns);
        gauge_add(&proxy->metrics.connections, simulation->now_ns, -surplus);
        proxy->role->release(simulation, proxy->target, connectable_client(proxy->self, 0), (uint32_t)surplus, INT64_MAX);
    }
    proxy->looks = false;
    look_later(simulation, proxy);
}

void database_proxy_size(struct simulation *simulation, struct database_proxy *proxy)
{
    const struct database *database = entity_state(simulation, database_instance_of(simulation, proxy->config.target));
    int64_t most = database->config.max_connections * proxy->config.most_percent / 100;
    proxy->most = most < 1 ? 1 : most;
    proxy->most_idle = database->config.max_connections * proxy->config.idle_percent / 100;
    gauge_add(&proxy->metrics.most, simulation->now_ns, proxy->most - proxy->metrics.most.level);
}

void database_proxy_noticed(struct simulation *simulation, void *self, uint32_t subject)
{
    struct database_proxy *proxy = self;
    struct database_proxy_metrics *metrics = &proxy->metrics;
    const struct database_failover *failover = database_failover_of(simulation, subject);
    double ns = (double)(failover->until_ns - failover->began_ns) * (1 - proxy->config.failover_reduction);
    proxy->era++;
    proxy->idle = 0;
    proxy->back_ns = time_add(failover->began_ns, time_from_double(ns));
    gauge_add(&metrics->connections, simulation->now_ns, -metrics->connections.level);
    gauge_add(&metrics->borrowed, simulation->now_ns, -metrics->borrowed.level);
    gauge_add(&metrics->pinned, simulation->now_ns, -metrics->pinned.level);
    database_proxy_size(simulation, proxy);
    if (proxy->line.calls.head != POOL_NONE)
        ask_again(simulation, proxy, proxy->back_ns);
}
