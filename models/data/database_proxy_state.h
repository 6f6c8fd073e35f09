/* database_proxy_state.h: a proxy in front of a database: as many clients as come, and few connections to the database that their
 * transactions borrow. Private to this folder. Sources: rules rds_proxy_*, which cite the RDS User Guide, "RDS Proxy connection
 * considerations", "Avoiding pinning" and "Monitoring RDS Proxy".
 *
 * From the ground up: database_proxy_pool.c (connections to the database, and the line for them), database_proxy_clients.c (who is
 * connected), database_proxy_auth.c (what both sides show each other), database_proxy_run.c (a transaction), database_proxy_check.c (what
 * is refused), database_proxy.c (the tables, what is billed). */
#ifndef SLSIM_DATA_DATABASE_PROXY_STATE_H
#define SLSIM_DATA_DATABASE_PROXY_STATE_H

#include "database_state.h"

#include "engine/deadline_line.h"
#include "engine/key_map.h"

#define DATABASE_PROXY_TYPE "AWS::RDS::DBProxy"

enum database_proxy_scheme { PROXY_SCHEME_SECRETS, PROXY_SCHEME_IAM };
enum database_proxy_iam { PROXY_IAM_DISABLED, PROXY_IAM_REQUIRED, PROXY_IAM_ENABLED };

/* An entry of `Auth`. */
struct database_proxy_auth {
    int scheme, iam, client; /* AuthScheme: SECRETS alone; enum database_proxy_iam; ClientPasswordAuthType */
    const char *secret;      /* SecretArn; NULL: not given */
};

/* A proxy's database, and its connections to it. */
struct database_proxy_group {
    uint32_t proxy;
    struct string_list instances, clusters;
    int64_t most_percent, idle_percent, borrow_timeout_ns;
};

struct database_proxy_config {
    int64_t idle_client_ns;
    const struct distribution *latency, *connect_time; /* of a transaction; of a client that connects; NULL: none */
    double pinning_rate;                               /* negative: as the database's */
    double failover_reduction;
    const char *name;          /* DBProxyName; NULL: not given */
    const char *role;          /* RoleArn; NULL: not given */
    struct property_list auth; /* struct database_proxy_auth */
    int default_scheme;        /* enum database_proxy_scheme */

    /* by `validate`: */
    uint32_t target;     /* instance or cluster; ENTITY_NONE: none */
    uint32_t secret;     /* whose credentials it connects with; ENTITY_NONE: none of this scenario */
    bool secret_outside; /* of another, that is not in the scenario */
    int64_t most_percent, idle_percent, borrow_timeout_ns;
    double billed_vcpus;
    const uint32_t *serverless; /* the instances behind it of that class */
    uint32_t serverless_count;
};

/* A client that keeps its connections. */
struct database_proxy_session {
    uint32_t count;  /* of its connections; 0: it has gone, and is forgotten with its last transaction */
    uint32_t busy;   /* transactions under way */
    uint32_t pinned; /* connections to the database that are its own, */
    uint32_t free;   /* and those of them that no transaction uses */
    uint32_t era;    /* of `pinned` and `free`: database_proxy.era */
    bool closed;     /* it was idle for too long; it connects again when it comes again */
    struct deadline_place idle;
};

/* A transaction. */
struct database_proxy_call {
    uint32_t request;
    uint32_t session; /* POOL_NONE: its client's connection is for it alone */
    uint32_t era;     /* of its connection: database_proxy.era */
    int64_t asked_ns; /* for a connection */
    bool pinned;      /* uses one of its client's own */
    struct deadline_place wait;
};

struct database_proxy_metrics {
    struct gauge clients, connections, most, borrowed, pinned, waiting;
    struct counter queries, waited, timed_out, asked, opened, failed, secrets;
    struct tally borrow;
};

struct database_proxy {
    struct database_proxy_config config;
    uint32_t self;

    /* state */
    const struct connectable *role; /* the target's */
    void *target;                   /* its state */
    int64_t most, most_idle;        /* connections */
    int64_t idle;                   /* connections that nobody has */
    int64_t *idle_since_ns;         /* owned; since when, the longest first */
    int64_t idle_ns;                /* how long they may be, those that are too many */
    uint32_t era;                   /* the database has failed so often: connections of another are gone */
    int64_t back_ns;                /* until then there is nobody to connect to, or nothing to show him */
    bool serving;                   /* those in line */
    bool looks, retries;            /* an event of that kind is to come */
    struct pool calls, sessions;
    struct key_map clients; /* sessions by client */
    struct deadline_line line, idle_clients;
    struct stream latencies, connects, pins, secrets;
    uint64_t salt;
    const struct distribution *secret_latency; /* of one that is not in the scenario */
    struct database_proxy_metrics metrics;
};

enum database_proxy_event {
    PROXY_ARRIVED,      /* data: the call */
    PROXY_CONNECTED,    /* data: the call */
    PROXY_BORROW_DUE,   /* the first in line has waited for too long */
    PROXY_CLIENT_DUE,   /* a client has been idle for too long */
    PROXY_LOOK_AT_IDLE, /* at connections that are more than should be idle */
    PROXY_RETRY         /* the database refused a connection, or fails over */
};

/* database_proxy_pool.c: `call` wants a connection; database_proxy_granted is told when it has one. */
void database_proxy_borrow(struct simulation *simulation, struct database_proxy *proxy, uint32_t call);
/* A connection that was borrowed comes back. */
void database_proxy_give_back(struct simulation *simulation, struct database_proxy *proxy);
/* Those who wait get what there is. */
void database_proxy_serve(struct simulation *simulation, struct database_proxy *proxy);
void database_proxy_look_at_idle(struct simulation *simulation, struct database_proxy *proxy);
/* The connection that was opened for a call cannot be used: it is closed, and none is opened before `again_ns`. */
void database_proxy_close(struct simulation *simulation, struct database_proxy *proxy, int64_t again_ns);
/* `call` wants a connection as before, behind those who wait, when one may be opened again. */
void database_proxy_borrow_later(struct simulation *simulation, struct database_proxy *proxy, uint32_t call);
/* How many connections there may be, of the instance that answers. */
void database_proxy_size(struct simulation *simulation, struct database_proxy *proxy);
/* A type's `noticed`: the database fails over. */
void database_proxy_noticed(struct simulation *simulation, void *self, uint32_t subject);

/* database_proxy_clients.c */
extern const struct connectable database_proxy_connectable;
/* The client of a transaction that begins: its session, or POOL_NONE for a connection that lasts as long. */
uint32_t database_proxy_enter(struct simulation *simulation, struct database_proxy *proxy, const struct request *request);
/* The transaction is over; `pins`: and its connection to the database is the client's own from now on. True: it is to be given back. */
bool database_proxy_leave(struct simulation *simulation, struct database_proxy *proxy, uint32_t session, bool pinned, bool pins);
void database_proxy_client_due(struct simulation *simulation, struct database_proxy *proxy);

/* database_proxy_auth.c: what it takes to open a connection to the database. */
/* For `validate`. */
void database_proxy_check_auth(struct validation *validation, struct database_proxy_config *config);
/* A type's `is_open`: does it let in whom the network lets in, whatever his role? */
bool database_proxy_is_open(const void *config);
/* A connection is opened for the call `id`: true: the secret was asked, and its answer comes to database_proxy_done. */
bool database_proxy_ask_secret(struct simulation *simulation, struct database_proxy *proxy, uint32_t id);
/* How long it takes to read one that is not in the scenario; 0: there is none. */
int64_t database_proxy_outside_ns(struct database_proxy *proxy, const struct request *request);
/* The call whose secret `answer` is about; POOL_NONE: it is the database's answer. */
uint32_t database_proxy_secret_of(const struct request *answer);
extern const struct property database_proxy_auth_properties[];

/* database_proxy_check.c */
void database_proxy_validate(struct validation *validation, void *blob);
extern const char *const database_proxy_refusals[];

/* database_proxy_run.c: the call `id` has its connection; `fresh`: one that is opened for it. */
void database_proxy_granted(struct simulation *simulation, struct database_proxy *proxy, uint32_t id, bool fresh);
enum status database_proxy_create(struct simulation *simulation, void *self);
void database_proxy_start(struct simulation *simulation, void *self);
void database_proxy_destroy(struct simulation *simulation, void *self);
void database_proxy_accept(struct simulation *simulation, void *self, struct request *request);
void database_proxy_handle(struct simulation *simulation, void *self, const struct event *event);
void database_proxy_done(struct simulation *simulation, void *self, struct request *answer);
enum status database_proxy_finish(struct simulation *simulation, void *self);

static inline struct database_proxy_call *proxy_call(const struct database_proxy *proxy, uint32_t id)
{
    return pool_at(&proxy->calls, id);
}

static inline struct database_proxy_session *proxy_session(const struct database_proxy *proxy, uint32_t id)
{
    struct database_proxy_session *session = pool_at(&proxy->sessions, id);
    if (session->era != proxy->era) { /* what it had pinned is gone */
        session->era = proxy->era;
        session->pinned = session->free = 0;
    }
    return session;
}

#endif
