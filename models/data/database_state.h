/* database_state.h: a relational database: connections up to a limit, transactions that wait for a vCPU and use it, and, where a write
 * calls functions, wait for them while they hold their connection. Private to this folder. Sources: rules rds_* and aurora_*, which cite
 * the RDS and Aurora User Guides, "Quotas", "Invoking a Lambda function" and "Managing performance".
 *
 * From the ground up: database_class.c (what a class has), database_parameters.c (parameter groups), database_bill.c (what an instance
 * costs), database_run.c (a transaction), database_check.c (what is refused), database_cluster.c and database.c (the tables). */
#ifndef SLSIM_DATA_DATABASE_STATE_H
#define SLSIM_DATA_DATABASE_STATE_H

#include "engine/chain.h"
#include "engine/connectable.h"
#include "engine/fault.h"
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
#define DATABASE_CLUSTER_TYPE "AWS::RDS::DBCluster"

enum database_engine { ENGINE_POSTGRES, ENGINE_MYSQL, ENGINE_MARIADB, ENGINE_AURORA_POSTGRES, ENGINE_AURORA_MYSQL };
extern const char *const database_engines[]; /* as AWS spells them; ends with NULL */

/* Why a write that calls a function does not. */
enum database_invokes { INVOKES, INVOKES_NO_ENGINE, INVOKES_NO_ROLE };

struct database_role {
    const char *feature;
};

/* What an instance and a cluster both say. */
struct database_settings {
    int engine;                  /* enum database_engine */
    const char *parameter_group; /* NULL: the default one */
    struct property_list roles;  /* of struct database_role */

    const struct distribution *query;        /* vCPU time of a transaction; NULL: not given */
    const struct distribution *connect_time; /* the same */
    struct step_list on_write;
    double pinning_rate; /* through a proxy */
};

struct database_config {
    struct database_settings settings; /* first: as a cluster's */
    uint32_t cluster;                  /* ENTITY_NONE: it stands alone */
    const char *class;
    int64_t storage_bytes;
    bool multi_az;

    /* by `validate`: */
    int64_t vcpus, max_connections;
    enum database_invokes invokes;
    struct content_set reads; /* contents that say a read */
    const struct line_item *item;
    double item_units; /* of `item`, for each hour of the instance */
};

/* A transaction. */
struct transaction {
    struct link line; /* for a vCPU */
    uint32_t request; /* what asks for it */
    uint32_t run;     /* of on_write; POOL_NONE: none */
    int64_t work_ns;
    bool connected; /* by a connection that is its own, and ends with it */
};

struct database_metrics {
    struct gauge connections, load, load_cpu, busy, vcpus, waiting;
    struct counter transactions, failed, refused, opened;
    struct tally time;
};

struct database {
    struct database_config config; /* first: as its settings are */
    uint32_t self;
    struct fault_state faults;

    /* state */
    struct pool transactions;
    struct chain line; /* for a vCPU */
    struct stream queries, connects;
    struct procedure_runner *procedure; /* owned; NULL: writes call nobody */
    struct database_metrics metrics;
};

enum database_event { DATABASE_CONNECTED, DATABASE_WORKED, DATABASE_PROCEDURE /* and those that follow */ };

/* database_class.c: false where there is no such class. */
bool database_class(const struct rule_book *rules, const char *class, int64_t *vcpus, double *memory_bytes);
/* The default of max_connections; 0 where AWS has none for this class. */
int64_t database_default_connections(const struct rule_book *rules, enum database_engine engine, const char *class, double memory_bytes);

/* The greatest value that the parameter may have. */
double database_most_connections(const struct rule_book *rules, enum database_engine engine);

/* database_parameters.c */
/* What a group says of max_connections, on so much memory; false where it says nothing. Complains of what cannot be read, and of too many.
 */
bool database_group_connections(struct validation *validation, const char *name, enum database_engine engine, double memory_bytes,
                                int64_t *connections);
/* How long a database waits for a function's answer, by the group or by the rule. */
int64_t database_invoke_timeout_ns(struct validation *validation, const char *name);

/* database_bill.c: the line item of an instance, and how many of its units an hour are; NULL where the book has no price. */
const struct line_item *database_line_item(enum database_engine engine, const char *class, int64_t vcpus, double *units);
extern const struct line_item database_line_items[];
extern const size_t database_line_item_gp3; /* the place of storage */

/* database_run.c */
enum status database_create(struct simulation *simulation, void *self);
void database_destroy(struct simulation *simulation, void *self);
void database_start(struct simulation *simulation, void *self);
void database_accept(struct simulation *simulation, void *self, struct request *request);
void database_handle(struct simulation *simulation, void *self, const struct event *event);
void database_done(struct simulation *simulation, void *self, struct request *request);
enum status database_finish(struct simulation *simulation, void *self);
extern const struct connectable database_connectable;
/* Does `request` come through a connection that its sender keeps, and whose? */
bool database_kept_connection(const struct simulation *simulation, const struct request *request, uint64_t *client);

/* database_check.c */
void database_validate(struct validation *validation, void *blob);
/* What of a cluster's or an instance's `on_write` cannot be, at the entity that `validation` is for. */
void database_check_writes(struct validation *validation, struct database_settings *settings);
extern const char *const database_refusals[];
extern const char *const database_operations[]; /* ends with NULL */

/* database_cluster.c: the instance that answers at an instance or a cluster. */
uint32_t database_instance_of(const struct simulation *simulation, uint32_t entity);

/* database.c: rows that both types have. */
extern const struct property database_settings_properties[], database_settings_behavior[];

#endif
