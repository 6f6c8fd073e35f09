/* database_state.h: a relational database: connections up to a limit, transactions that wait for a vCPU and use it, and, where a write
 * calls functions, wait for them while they hold their connection. Private to this folder. Sources: rules rds_* and aurora_*, which cite
 * the RDS and Aurora User Guides, "Quotas", "Invoking a Lambda function" and "Managing performance".
 *
 * From the ground up: database_class.c (what a class has), database_parameters.c (parameter groups), database_bill.c (what an instance
 * costs), database_members.c (which instance answers), database_news.c (its events), database_failover.c (what all failovers have in
 * common), database_work.c (the vCPUs), database_serverless.c (capacity that follows the load), database_readers.c (who only reads),
 * database_run.c (a transaction, and what a failover does to all of them), database_check.c, database_cluster_check.c (what is refused),
 * database_cluster.c and database.c (the tables), database_global.c (clusters of several Regions). */
#ifndef SLSIM_DATA_DATABASE_STATE_H
#define SLSIM_DATA_DATABASE_STATE_H

#include "database_global.h"

#include "engine/chain.h"
#include "engine/connectable.h"
#include "engine/fault.h"
#include "engine/key_map.h"
#include "engine/observable.h"
#include "engine/procedure.h"
#include "measure/bill.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "measure/tally.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <stdbool.h>
#include <stdint.h>

#define DATABASE_INSTANCE_TYPE "AWS::RDS::DBInstance"
#define DATABASE_SERVERLESS_CLASS "db.serverless"
#define DATABASE_CLUSTER_TYPE "AWS::RDS::DBCluster"

enum database_engine { ENGINE_POSTGRES, ENGINE_MYSQL, ENGINE_MARIADB, ENGINE_AURORA_POSTGRES, ENGINE_AURORA_MYSQL };
extern const char *const database_engines[]; /* as AWS spells them; ends with NULL */

static inline bool database_is_aurora(int engine)
{
    return engine == ENGINE_AURORA_POSTGRES || engine == ENGINE_AURORA_MYSQL;
}

/* Why a write that calls a function does not. */
enum database_invokes { INVOKES, INVOKES_NO_ENGINE, INVOKES_NO_ROLE };

struct database_role {
    const char *feature;
    const char *role; /* NULL: not named */
};

/* What an instance and a cluster both say. */
struct database_settings {
    int engine; /* enum database_engine */
    bool engine_given;
    const char *parameter_group; /* NULL: the default one */
    struct property_list roles;  /* of struct database_role */

    const struct distribution *query;           /* vCPU time of a transaction; NULL: not given */
    const struct distribution *connect_time;    /* the same */
    const struct distribution *failover_time;   /* the same */
    const struct distribution *replication_lag; /* the same; of one that only reads */
    struct step_list on_write;
    double pinning_rate; /* through a proxy */
};

/* Who is told what happens to a database: the scenario's, by database_news_find. */
struct database_news {
    uint32_t bus;                  /* ENTITY_NONE: nobody has rules */
    const uint32_t *subscriptions; /* AWS::RDS::EventSubscription */
    uint32_t count;
};

enum database_told { TOLD_STARTED, TOLD_COMPLETED };

/* The failovers of an instance that stands alone, or of a cluster; one at a time. */
struct database_failover {
    struct listeners listeners; /* proxies: they hear when it begins */
    struct stream times;
    uint32_t ordinal;
    bool under_way;
    int64_t began_ns, until_ns; /* of the last */
    uint32_t heir;              /* the instance that answers afterwards */
    struct counter count;
    struct tally time;
};

/* Of a cluster's serverless instances, in halves of an ACU. */
struct database_capacity {
    int64_t least, most;
    int64_t pause_ns; /* 0: they do not pause */
};

enum database_serverless_state { SERVERLESS_AWAKE, SERVERLESS_PAUSED, SERVERLESS_RESUMES };

struct database_serverless {
    double vcpus_per_acu, bytes_per_half, used_share, up_share, down_share; /* the rules' */
    int64_t every_ns, down_every_ns;

    enum database_serverless_state state;
    bool looks, pauses_later; /* an event of that kind is to come */
    int128 busy_from;         /* the integral of `busy` when it was last looked at */
    int64_t fell_ns;          /* when capacity last changed, or load came */
    int64_t idle_since_ns, paused_ns, awake_ns;
    struct stream times;
    uint32_t resume_ordinal;
    struct gauge capacity, most; /* in halves */
    struct counter pauses, resumes;
};

/* `busy` and `vcpus` are kept in such parts of a vCPU. */
#define VCPU_PARTS 1000000

struct database_config {
    struct database_settings settings; /* first: as a cluster's */
    bool is_public;                    /* PubliclyAccessible, or not said */
    uint32_t cluster;                  /* ENTITY_NONE: it stands alone */
    uint32_t source;                   /* of a read replica; ENTITY_NONE: it is none */
    const char *class;
    int64_t storage_bytes, promotion_tier;
    bool multi_az;

    /* by `validate`: */
    int64_t vcpus, max_connections;
    double memory_bytes;
    const struct database_capacity *capacity; /* NULL: it has its class's */
    bool never_pauses;
    struct database_news news;
    enum database_invokes invokes;
    struct content_set reads, writes; /* contents that say a read, or a write; what says neither is a write where it can be one */
    const struct line_item *item;
    double item_units; /* of `item`, for each hour of the instance */
};

enum transaction_state {
    TRANSACTION_CONNECTS,
    TRANSACTION_IN_LINE,
    TRANSACTION_WORKS,
    TRANSACTION_CALLS,
    TRANSACTION_COMMITS,
    TRANSACTION_LOST
};

/* A transaction. */
struct transaction {
    struct link place, turn;      /* among all that are under way; in line for a vCPU, or among those that have one */
    uint32_t request;             /* what asks for it */
    uint32_t run;                 /* of on_write; POOL_NONE: none */
    int64_t work_ns;              /* vCPU time that is left, as of since_ns */
    int64_t since_ns, due_ns;     /* of the work, or of the connection */
    uint32_t events;              /* that name it, and are to come; those that are not due find nothing to do */
    enum transaction_state state; /* LOST: it has been answered, and only an event still names it */
    bool connected;               /* by a connection that is its own, and ends with it */
};

struct database_metrics {
    struct gauge connections, load, load_cpu, busy, vcpus, waiting;
    struct counter transactions, failed, refused, opened, lost, stale, read_only, stale_reads;
    struct tally time, replica_lag, aurora_lag;
};

struct database {
    struct database_config config; /* first: as its settings are */
    uint32_t self;
    struct fault_state faults;

    /* state */
    struct pool transactions;
    struct chain all, line, working; /* of them: under way, in their order; in line for a vCPU; who has one */
    int64_t servers, working_count;  /* who may have a vCPU, and has */
    double power, speed;             /* vCPUs; what each of them has of one */
    struct database_serverless serverless;
    uint32_t lost;                     /* of them, in that state */
    int64_t lost_ns;                   /* connections that were opened by then are gone; negative: none are */
    int64_t back_ns;                   /* until then it answers proxies alone, which find it sooner */
    struct database_failover failover; /* where it stands alone */
    int64_t wrote_ns;                  /* when a write last ended; negative: never */
    const struct distribution *commit; /* until a reader has what was written; NULL: nobody waits for that */
    struct stream queries, connects, lags, commits;
    struct procedure_runner *procedure; /* owned; NULL: writes call nobody */
    struct database_metrics metrics;
};

enum database_event {
    DATABASE_CONNECTED, /* data: the transaction, as of the next */
    DATABASE_WORKED,
    DATABASE_COMMITTED,
    DATABASE_RECOVERED,
    DATABASE_SCALE,
    DATABASE_PAUSE,
    DATABASE_RESUMED,
    DATABASE_PROCEDURE /* and those that follow */
};

enum database_storage { STORAGE_GP3, STORAGE_IO1, STORAGE_IO2 };
enum reads_from { FROM_WRITER, FROM_READERS };

/* A cluster, by its own endpoint. */
struct database_cluster {
    struct database_settings settings; /* first: as an instance's */
    int64_t stored_bytes;
    const char *instance_class; /* of one that is not Aurora's; NULL: not given */
    int64_t allocated_bytes, iops;
    int storage_type; /* enum database_storage */
    const struct distribution *commit;
    double least_acu, most_acu;
    int64_t pause_ns;
    bool scales, pause_given;
    struct database_capacity capacity; /* by `validate` */
    uint32_t self;
    uint32_t writer; /* by `validate` at first: ENTITY_NONE: it has no instance */
    /* by `validate`: */
    const uint32_t *members;
    uint32_t member_count;
    struct database_news news;

    int reads_from;                   /* enum reads_from */
    struct content_set reads, writes; /* contents that say so */
    struct database_global_place place;

    struct database_failover failover;
    struct key_map readers; /* by client that keeps connections: the reader that it has one to */
    struct stream picks;
    struct gauge storage_bytes, there;
};

/* database_class.c: false where there is no such class. */
bool database_class(const struct rule_book *rules, const char *class, int64_t *vcpus, double *memory_bytes);
/* The default of max_connections; 0 where AWS has none for this class. */
int64_t database_default_connections(const struct rule_book *rules, enum database_engine engine, const char *class, double memory_bytes);

/* The greatest value that the parameter may have. */
double database_most_connections(const struct rule_book *rules, enum database_engine engine);

/* database_parameters.c */
/* What its parameter group says of max_connections, by what its class has; false where it says nothing. Complains of what cannot be read,
 * and of too many. */
bool database_group_connections(struct validation *validation, const struct database_config *config, int64_t *connections);
/* How long a database waits for a function's answer, by the group or by the rule. */
int64_t database_invoke_timeout_ns(struct validation *validation, const char *name);

/* database_bill.c: the line item of an instance, and how many of its units an hour are; NULL where the book has no price. */
const struct line_item *database_line_item(enum database_engine engine, const char *class, int64_t vcpus, double *units);
extern const struct line_item database_line_items[];
extern const size_t database_line_item_gp3, database_line_item_serverless; /* the places of storage, and of capacity */

/* database_members.c: the instance that answers at an instance or a cluster, or will when its failover is over. */
uint32_t database_instance_of(const struct simulation *simulation, uint32_t entity);
/* What the cluster's serverless instances may have, whichever is validated first; NULL: it does not say. */
const struct database_capacity *database_cluster_capacity(const struct validation *validation, uint32_t entity);
/* Of a cluster. */
uint32_t database_writer_of(const struct simulation *simulation, uint32_t cluster);
const uint32_t *database_members_of(const struct simulation *simulation, uint32_t cluster, uint32_t *count);
/* Of an instance that stands alone, or of a cluster. */
struct database_failover *database_failover_of(const struct simulation *simulation, uint32_t entity);
/* The greatest number of connections that the instance, or any of the cluster's, lets in. */
int64_t database_connections_most(const struct simulation *simulation, uint32_t entity);
/* How long a write of the cluster's writer waits for a reader; NULL: it does not. */
const struct distribution *database_commit_of(const struct simulation *simulation, uint32_t cluster);
/* Does `request` come through a connection that its sender keeps, whose, and since when? */
bool database_kept_connection(const struct simulation *simulation, const struct request *request, uint64_t *client, int64_t *since_ns);
/* Is it a proxy's connection? */
bool database_is_proxy(const struct simulation *simulation, uint64_t client);

/* database_news.c: events of databases, on the default bus and to their subscriptions. */
/* For `validate`. */
void database_news_find(struct validation *validation, struct database_news *news);
/* `entity`, an instance or a cluster, tells of its failover. */
void database_news_tell(struct simulation *simulation, const struct database_news *news, uint32_t entity, uint32_t ordinal,
                        enum database_told told);
extern const struct envelope *const database_instance_envelopes[], *const database_cluster_envelopes[]; /* by enum database_told */
uint32_t database_envelope(const struct simulation *simulation, const void *self, const struct request *request);

/* database_failover.c */
void database_failover_init(struct simulation *simulation, struct database_failover *failover, uint32_t entity);
void database_failover_fini(struct database_failover *failover);
/* One begins, to `heir`, and its end will be an event `kind` of `entity`; false: one is under way, and this one has no effect. `time` NULL:
 * as the rule `fallback` says. */
bool database_failover_begin(struct simulation *simulation, struct database_failover *failover, uint32_t entity, uint16_t kind,
                             uint32_t heir, const struct distribution *time, const char *fallback);
/* Its two halves, for who says how long it takes: the draw of the next, and the beginning of one that takes `ns`. */
int64_t database_failover_draw_ns(struct database_failover *failover, const struct distribution *time);
bool database_failover_begin_for(struct simulation *simulation, struct database_failover *failover, uint32_t entity, uint16_t kind,
                                 uint32_t heir, int64_t ns);
void database_failover_end(struct database_failover *failover);
/* Rows of an action table: the fault itself. */
#define DATABASE_FAILOVER_ROW(VALIDATE, BEGIN)                                                                                             \
    {                                                                                                                                      \
        .verb = "fault", .kind = "failover", .size = sizeof(struct fault), .validate = VALIDATE, .begin = BEGIN,                           \
        .help = "It fails over once: what is under way and all connections are lost, and for its failover_time nobody can connect."        \
    }
/* Rows of a metric table; OFFSET is that of the struct database_failover. */
#define DATABASE_FAILOVER_METRICS(OFFSET)                                                                                                  \
    {"slsim",                                                                                                                              \
     "Failovers",                                                                                                                          \
     "Count",                                                                                                                              \
     METRIC_COUNT,                                                                                                                         \
     (OFFSET) + offsetof(struct database_failover, count),                                                                                 \
     .better = -1,                                                                                                                         \
     .help = "Failovers that began."},                                                                                                     \
    {                                                                                                                                      \
        "slsim", "FailoverTime", "Milliseconds", METRIC_TALLY, (OFFSET) + offsetof(struct database_failover, time),                        \
            .better = -1, .help = "From the failure until clients find it again; proxies do sooner."                                       \
    }

/* database_work.c: a transaction that has its connection wants a vCPU: it works, or waits in line. Its end is DATABASE_WORKED. */
void database_work_begin(struct simulation *simulation, struct database *database, uint32_t id);
/* It wants or has it no longer; then others may have it. */
void database_work_leave(struct simulation *simulation, struct database *database, uint32_t id);
void database_work_next(struct simulation *simulation, struct database *database);
/* It has so many vCPUs from now on: what works goes on as fast as that lets it. */
void database_resize(struct simulation *simulation, struct database *database, double vcpus);

/* database_run.c */
enum status database_create(struct simulation *simulation, void *self);
void database_destroy(struct simulation *simulation, void *self);
void database_start(struct simulation *simulation, void *self);
void database_accept(struct simulation *simulation, void *self, struct request *request);
void database_handle(struct simulation *simulation, void *self, const struct event *event);
void database_done(struct simulation *simulation, void *self, struct request *request);
enum status database_finish(struct simulation *simulation, void *self);
extern const struct connectable database_connectable;
/* The instance fails: its connections and transactions are lost, and it is back for clients at `back_ns`. */
void database_lose(struct simulation *simulation, struct database *database, int64_t back_ns);

/* database_readers.c */
/* Is it a read replica, or a cluster's reader? */
bool database_only_reads(const struct simulation *simulation, const struct database *database);
void database_readers_create(struct simulation *simulation, struct database *database);
/* It answers a read. */
void database_readers_read(struct simulation *simulation, struct database *database, const struct request *request);

/* database_serverless.c: of an instance with a `capacity`. */
double database_serverless_memory(const struct rule_book *rules, const struct database_capacity *capacity);
int64_t database_serverless_connections(const struct rule_book *rules, enum database_engine engine,
                                        const struct database_capacity *capacity);
void database_serverless_create(struct simulation *simulation, struct database *database);
void database_serverless_start(struct simulation *simulation, struct database *database);
/* It has work, its last connection is closed, somebody connects: how long that has to wait. */
void database_serverless_loaded(struct simulation *simulation, struct database *database);
void database_serverless_left(struct simulation *simulation, struct database *database);
int64_t database_serverless_wake(struct simulation *simulation, struct database *database);
/* Its events. */
void database_serverless_scale(struct simulation *simulation, struct database *database);
void database_serverless_pause(struct simulation *simulation, struct database *database);
void database_serverless_resumed(struct simulation *simulation, struct database *database);

/* database_check.c */
void database_validate(struct validation *validation, void *blob);
/* A type's `receives`. */
void database_receives(struct validation *validation, const struct sending *sending, const void *blob);
/* What of a cluster's or an instance's `on_write` cannot be, at the entity that `validation` is for. */
void database_check_writes(struct validation *validation, struct database_settings *settings);
extern const char *const database_refusals[];
extern const char *const database_operations[]; /* ends with NULL */
/* Does the content say a read? For validation_contents_where. */
bool database_is_read(const struct content *content, const void *context);
bool database_is_write(const struct content *content, const void *context);

/* database_cluster_check.c */
void database_cluster_validate(struct validation *validation, void *config);
extern const char *const database_cluster_refusals[];

/* database_cluster.c: an action of the cluster, or of one of its instances. */
void database_cluster_fail(struct simulation *simulation, void *self, const void *arguments);
/* It changes its part in a global database: for `ns` nobody can connect to its writer, or, with `all`, to any of its instances. */
void database_cluster_turn(struct simulation *simulation, struct database_cluster *cluster, int64_t ns, bool all);
/* database.c: rows that both types have. */
extern const struct property database_settings_properties[], database_settings_behavior[];

#endif
