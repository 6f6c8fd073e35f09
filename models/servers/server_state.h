/* server_state.h: servers that run another resource's handler: so many requests at once on vCPUs that they share, the others in line. An
 * instance is one of them, an Auto Scaling group and a service several that come and go. Private to this folder.
 *
 * From the ground up: processor (vCPUs), server_size (what a type has, and costs), server_kind (types that a group mixes), server_request
 * (a request on a server), server_life (servers come and go), server_tables (what all three types share), then the types themselves. */
#ifndef SLSIM_SERVERS_SERVER_STATE_H
#define SLSIM_SERVERS_SERVER_STATE_H

#include "engine/chain.h"
#include "engine/deadline_line.h"
#include "engine/fault.h"
#include "engine/handler.h"
#include "engine/hosts.h"
#include "engine/pipe.h"
#include "engine/procedure.h"
#include "engine/simulation.h"
#include "measure/bill.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"
#include "notation/property.h"
#include "processor.h"

#include <stdbool.h>
#include <stdint.h>

struct validation;

#define INSTANCE_TYPE "AWS::EC2::Instance"
#define GROUP_TYPE "AWS::AutoScaling::AutoScalingGroup"
#define SERVICE_TYPE "AWS::ECS::Service"

#define SERVER_KINDS_MAX 40 /* rule asg_overrides_max has to be below */
#define CPU_UNITS 1024      /* gauges of vCPUs count so many parts of one: as ECS does */

/* What one server has. */
struct server_size {
    double vcpus, memory_gib;
    double bytes_per_s;              /* of network */
    double baseline_vcpus;           /* of a burstable type: what it may use at no further charge; 0: it is none */
    const struct line_item *credits; /* what is beyond */
    const struct line_item *item;    /* by the hour, on demand; NULL: the book has no price */
    double item_units;               /* of it, for each hour */
};

/* One of the types that a group mixes. */
struct server_kind {
    const char *type;
    struct server_size size;
    int64_t weight; /* units of the group's sizes */
};

/* What is measured of one. */
struct kind_figures {
    uint32_t self;
    struct gauge in_service, spot;             /* in service; of them on Spot */
    struct gauge billed, billed_spot, surplus; /* as in servers_metrics */
    struct counter extra_ns, extra_spot_ns, interrupted;
};

/* One of LoadBalancers of a service. */
struct server_door {
    uint32_t group; /* ENTITY_NONE: nobody here */
};

enum server_choice { RETIRE_OLDEST, RETIRE_NEWEST };

/* What `behavior` says of all three types. */
struct servers_behavior {
    uint32_t like; /* whose handler it runs; ENTITY_NONE: it serves nobody */
    int64_t capacity, line_limit, line_timeout_ns;
    const struct distribution *boot, *spot_lifetime;
    const struct distribution *response; /* NULL: it does not say what it answers */
    int64_t request_memory_bytes;
};

struct servers_metrics {
    struct counter network_in, network_out; /* of what it passes on, or answers */
    struct counter left_bytes;              /* of answers, to users outside */
    struct counter abandoned;               /* instances, by lifecycle hooks */
    struct counter requests, checks, refused, timed_out, failed, lost, launched, ended, interrupted, unserved;
    struct gauge serving, waiting, workers;
    struct gauge cpu_busy, cpu_room; /* CPU_UNITS, of servers in service */
    struct gauge unplaced;           /* tasks that find no room */
    struct gauge desired, in_service, pending, leaving, total, least, most;
    struct gauge units_in_service, units_pending, units_leaving, units_total; /* the same by weight */
    struct gauge surplus, held;             /* server_credits.c: surplus credits; standard servers without any, held to their baseline */
    struct gauge billed, billed_spot;       /* servers that cost, on demand and spot */
    struct counter extra_ns, extra_spot_ns; /* what the least time adds to it */
    struct tally response_time, boot_time;
};

enum hook_transition { HOOK_LAUNCH, HOOK_TERMINATE };

/* What the lifecycle hooks of a transition come to. */
struct hook_times {
    int64_t most_ns;    /* 0: there are none */
    int64_t abandon_ns; /* the first ABANDON; 0: none */
};

enum credit_mode { CREDITS_UNLIMITED, CREDITS_STANDARD };

/* CPU credits of a burstable server: server_credits.c. */
struct server_credits {
    double balance_ns; /* of a vCPU; below 0: owed */
    double busy;       /* vCPUs that spend them, */
    int64_t at_ns;     /* since then */
    int64_t due_ns;    /* its event; TIME_FOREVER: none */
    int64_t level;     /* of the gauge of what is owed */
    bool held;         /* to its baseline */
};

enum server_phase { SERVER_ABSENT, SERVER_BOOTING, SERVER_RUNNING, SERVER_LEAVING };

struct server {
    enum server_phase phase;
    bool spot;
    uint8_t kind;
    uint32_t place;               /* among those in service */
    bool noticed;                 /* of a spot server: it will be taken at `due_ns` */
    uint32_t busy;                /* requests that it works on, */
    uint32_t waiting;             /* and in its line */
    int64_t launched_ns;          /* when it was asked for, */
    int64_t billed_ns;            /* and since when it costs */
    int64_t since_ns;             /* in service */
    int64_t due_ns;               /* the end of its phase; TIME_FOREVER: none is known */
    uint32_t host, host_server;   /* of a task on an instance: where it is */
    uint32_t guests;              /* of an instance: tasks that are there, */
    int64_t taken_cpu, taken_mib; /* and what they have; of a task what it has */
    uint64_t images;              /* and of which of the cluster's first 64 services it has the image */
    int64_t out_ns;               /* until then answers go out that have begun to */
    int64_t recall_ns;            /* of a Spot server: when its notice comes */
    uint64_t ordinal;
    bool abandoned; /* it will not come into service: a lifecycle hook */
    bool hookless;  /* it goes without waiting for lifecycle hooks */
    bool hooked;    /* it has nothing left but to wait for them */
    bool billed;    /* it costs by now */
    struct server_credits credits;
    double guest_vcpus;        /* of an instance: those that its tasks work with */
    struct chain line, served; /* of calls */
    struct processor processor;
};

/* A request on a server. */
struct server_call {
    uint32_t pool_link;
    uint32_t request;
    uint32_t server;
    uint32_t run;     /* of the procedure; POOL_NONE: none */
    bool waits;       /* an event of it is to come */
    bool gone;        /* and nobody minds it */
    bool is_check;    /* of its health */
    bool sends;       /* its answer is on its way out */
    uint32_t bytes;   /* of that */
    int64_t wait_ns;  /* what follows its work */
    struct link link; /* of the server's line, or of those that it works on */
    struct deadline_place place;
};

/* Work on a processor: of a call itself, or of a task of its procedure. */
struct server_work {
    uint32_t pool_link;
    uint32_t call, task; /* POOL_NONE: the other */
    double parallel_ns;  /* that follows, on several threads */
};

struct servers {
    uint32_t self;
    struct servers_behavior behavior;
    struct servers_metrics metrics;
    struct fault_state faults;

    /* config of the types */
    struct property_list load_balancers; /* of struct server_door */
    struct string_list group_names;      /* TargetGroupARNs */
    const char *instance_type;
    uint32_t launch_template, task, cluster;
    bool checks_destination; /* false: it passes on what is for others */
    int64_t least, most, desired;
    int64_t largest; /* MaxSize as the template has it */
    int64_t grace_ns, cooldown_ns, warmup_ns;
    bool desired_given, warmup_given, door_checks, rebalances;
    int termination; /* enum server_choice */
    int launch_type; /* of a service */
    int credit_mode; /* enum credit_mode */
    bool credit_given;
    struct property_list hook_list;           /* of struct lifecycle_hook */
    const struct distribution *hook_done[2];  /* by enum hook_transition; NULL: nobody completes it */
    struct property_list interfaces, volumes; /* of struct server_interface, struct server_volume */
    bool launch_type_given;
    struct property_list providers; /* of a service: what stands under CapacityProviderStrategy */
    int64_t image_bytes;
    struct property_list strategies; /* of struct placement_strategy */
    const char *scheduling;
    const char *check_type;
    struct string_list policies; /* by which instances are terminated */
    int64_t on_demand_base, on_demand_percent;
    bool is_mixed;
    struct property_list overrides; /* of struct server_override */
    int on_demand_strategy, spot_strategy;
    int64_t spot_pools;
    bool spot_pools_given, aligns; /* aligns: who goes is chosen so that the share on Spot is kept */

    /* by `validate` */
    struct server_size size;   /* of the first kind */
    struct server_kind *kinds; /* the scenario's */
    uint32_t kind_count, first_kind, spot_pools_used;
    int64_t weight_most;
    uint32_t room;                   /* servers at once, at most, those that leave included */
    bool on_instances;               /* of a service: its tasks are placed on those of its cluster */
    bool protects_guests, is_ground; /* of a group */
    uint32_t provider_group;         /* of a service: on this one's alone; ENTITY_NONE: on any of the cluster */
    int64_t pull_ns;                 /* of the image, where it is not there yet */
    double memory_share;             /* of an instance's memory, for tasks */
    uint32_t *doors;                 /* the scenario's: registrars, whose requests it gets */
    uint32_t door_count;
    bool replaces;             /* what is lost comes again */
    int64_t pending_free_ns;   /* of its boot, that is not billed */
    int64_t stop_ns;           /* what a server without doors has, to end what it works on */
    const char *billing_least; /* rule: the least time that a server costs */

    /* state */
    struct server *list; /* owned; `room` of them */
    uint32_t end;        /* those from here on were never there */
    uint32_t *running;   /* owned; servers in service, in no order that matters */
    uint32_t running_count;
    uint32_t turn;           /* whose it is of them, of requests that come by no door */
    int64_t wanted;          /* servers */
    int64_t booted_ns;       /* when the last one came into service that had to boot */
    int64_t here, here_spot; /* booting or running, by weight */
    struct {
        int64_t spot;
    } kinds_here[SERVER_KINDS_MAX];
    uint32_t next_in_cluster, guest_index; /* 1 + entity; 0: it is the last. Of a service: its number there */
    uint64_t ordinals, salt;
    uint32_t fault_ordinal; /* of those that took servers */
    struct pool calls, works;
    struct pipe pipe; /* without checks_destination */
    struct deadline_line line;
    struct handled handled;
    struct handler_streams streams;
    struct stream errors, boots, fates, recalls, places, responses;
    struct procedure_runner *procedure; /* owned; NULL: the handler has no steps */
    int64_t notice_ns, billing_least_ns;
    struct hook_times hooks[2]; /* by enum hook_transition */
    struct stream hook_times;
    double credits_kept_ns; /* so much of its baseline a burstable server keeps */
};

enum server_event {
    SERVERS_BOOTED,   /* data: the server */
    SERVERS_BILLED,   /* data: the server */
    SERVERS_GONE,     /* data: the server */
    SERVERS_RETAKE,   /* data: the server: the notice is over */
    SERVERS_RECALL,   /* data: the server: the notice comes */
    SERVERS_PASSED,   /* of an instance that passes on what is for others: engine/pipe.h */
    SERVERS_WORKED,   /* data: the server: look at its processor; from here on they are server_request.c's */
    SERVERS_CREDITS,  /* data: the server: its credits are used up, or paid back */
    SERVERS_WAITED,   /* data: the call */
    SERVERS_LINE,     /* the first in a line has waited for too long */
    SERVERS_PROCEDURE /* and those that follow */
};

/* Rows of the metrics of all three types. */
#define SERVER_METRIC_ROWS                                                                                                                 \
    {"slsim", "ServerRequests", "Count", METRIC_COUNT, SERVERS_AT(requests), .help = "Requests that came, each attempt."},                 \
        {"slsim",                                                                                                                          \
         "RequestsUnserved",                                                                                                               \
         "Count",                                                                                                                          \
         METRIC_COUNT,                                                                                                                     \
         SERVERS_AT(unserved),                                                                                                             \
         .better = -1,                                                                                                                     \
         .compared = "Sum",                                                                                                                \
         .help = "Requests that found no server in service."},                                                                             \
        {"slsim",                                                                                                                          \
         "LineFull",                                                                                                                       \
         "Count",                                                                                                                          \
         METRIC_COUNT,                                                                                                                     \
         SERVERS_AT(refused),                                                                                                              \
         .better = -1,                                                                                                                     \
         .compared = "Sum",                                                                                                                \
         .help = "Requests refused as the server's line was full."},                                                                       \
        {"slsim",                                                                                                                          \
         "LineTimeouts",                                                                                                                   \
         "Count",                                                                                                                          \
         METRIC_COUNT,                                                                                                                     \
         SERVERS_AT(timed_out),                                                                                                            \
         .better = -1,                                                                                                                     \
         .compared = "Sum",                                                                                                                \
         .help = "Requests that waited for too long."},                                                                                    \
        {"slsim",                                                                                                                          \
         "ServerErrors",                                                                                                                   \
         "Count",                                                                                                                          \
         METRIC_COUNT,                                                                                                                     \
         SERVERS_AT(failed),                                                                                                               \
         .better = -1,                                                                                                                     \
         .compared = "Sum",                                                                                                                \
         .help = "Requests that failed: the handler, or a fault."},                                                                        \
        {"slsim",          "RequestsLost", "Count",           METRIC_COUNT,                                                                \
         SERVERS_AT(lost), .better = -1,   .compared = "Sum", .help = "Requests whose server was gone before they were done."},            \
        {"slsim", "Working", "Count", METRIC_GAUGE, SERVERS_AT(serving), .levels = 1, .help = "Requests that are worked on."},             \
        {"slsim", "InLine", "Count", METRIC_GAUGE, SERVERS_AT(waiting), .better = -1, .help = "Requests that wait for a server."},         \
        {"slsim",                                                                                                                          \
         "ThreadUtilization",                                                                                                              \
         "Percent",                                                                                                                        \
         METRIC_GAUGE_RATIO,                                                                                                               \
         SERVERS_AT(serving),                                                                                                              \
         .other = SERVERS_AT(workers),                                                                                                     \
         .help = "Share of the `capacity` of servers in service that is in use."},                                                         \
        {"slsim",                                                                                                                          \
         "ServerTime",                                                                                                                     \
         "Milliseconds",                                                                                                                   \
         METRIC_TALLY,                                                                                                                     \
         SERVERS_AT(response_time),                                                                                                        \
         .better = -1,                                                                                                                     \
         .compared = "p99",                                                                                                                \
         .help = "From a request's coming to its answer, waiting in line included."},                                                      \
        {NULL, "cpu busy", "None", METRIC_GAUGE, SERVERS_AT(cpu_busy), .help = ""},                                                        \
        {NULL, "cpu room", "None", METRIC_GAUGE, SERVERS_AT(cpu_room), .help = ""},                                                        \
        {NULL, "left", "None", METRIC_COUNT, SERVERS_AT(left_bytes), .help = ""},                                                          \
        {NULL, "threads", "None", METRIC_GAUGE, SERVERS_AT(workers), .help = ""},                                                          \
        {NULL, "surplus", "None", METRIC_GAUGE, SERVERS_AT(surplus), .help = ""},                                                          \
        {NULL, "all", "None", METRIC_GAUGE, SERVERS_AT(total), .help = ""},                                                                \
        {NULL, "billed", "None", METRIC_GAUGE, SERVERS_AT(billed), .help = ""},                                                            \
        {NULL, "billed Spot", "None", METRIC_GAUGE, SERVERS_AT(billed_spot), .help = ""},                                                  \
        {NULL, "least time", "None", METRIC_COUNT, SERVERS_AT(extra_ns), .help = ""},                                                      \
    {                                                                                                                                      \
        NULL, "least time of Spot", "None", METRIC_COUNT, SERVERS_AT(extra_spot_ns), .help = ""                                            \
    }

#define SERVERS_AT(field) offsetof(struct servers, metrics.field)

/* server_size.c: false: there is no such type. `book` tells the price. */
bool server_size_of(const struct rule_book *rules, const char *type, struct server_size *size);
/* Complains of a type that there is not. */
void server_size_unknown(struct validation *validation, const char *place, const char *type);
extern const struct line_item server_instance_items[]; /* the first: what leaves AWS */

/* server_request.c */
enum status servers_create_requests(struct simulation *simulation, struct servers *servers);
void servers_destroy_requests(struct servers *servers);
void servers_accept(struct simulation *simulation, void *self, struct request *request);
void servers_accept_by(struct simulation *simulation, void *self, uint32_t which, struct request *request);
void servers_handle_request(struct simulation *simulation, struct servers *servers, const struct event *event);
void servers_done(struct simulation *simulation, void *self, struct request *request);
uint32_t servers_beyond(const struct simulation *simulation, const void *self, const struct request *request);
/* model_type.wish: a server has the caches that its steps name, but no /tmp that outlasts a call. */
struct cache_wish *servers_wish(const struct simulation *simulation, const void *self, const struct request *request);
/* All that the server has is lost. */
void servers_drop(struct simulation *simulation, struct servers *servers, uint32_t which);
/* One server more, or fewer, can be handed requests. */
void servers_count_room(struct simulation *simulation, struct servers *servers, const struct server *server, int change);

/* server_life.c */
void servers_start(struct simulation *simulation, void *self);
void servers_handle(struct simulation *simulation, void *self, const struct event *event);
/* So many are wanted from now on. */
void servers_want(struct simulation *simulation, struct servers *servers, int64_t wanted);
/* A server that leaves has ended what it had. */
/* One is to go: it gets no more requests, and what it has may end within that time. Or it is gone. */
void servers_retire(struct simulation *simulation, struct servers *servers, uint32_t which, int64_t most_ns);
void servers_lose(struct simulation *simulation, struct servers *servers, uint32_t which);
void servers_idle(struct simulation *simulation, struct servers *servers, uint32_t which);
void servers_failed(struct simulation *simulation, void *self, uint32_t which);
/* That share of the servers is lost; or of those on Spot gets its notice, of one type alone (NULL: of all). */
void servers_befall(struct simulation *simulation, struct servers *servers, double share, bool spot_only, const char *type);

/* ecs_service.c: is it a service whose tasks are placed on instances, and are they made of `task`? */
bool service_is_on_instances(const struct validation *validation, uint32_t service, uint32_t task);

/* server_tables.c: what all three types say. */
extern const struct property servers_behavior_rows[], servers_door_properties[];
extern const struct action servers_actions[];
enum status servers_create(struct simulation *simulation, void *self);
void servers_destroy(struct simulation *simulation, void *self);
enum status servers_finish(struct simulation *simulation, void *self);
uint32_t servers_room(const void *config, uint32_t by);
extern const struct hosts servers_hosts;
extern const char *const servers_refusals[];
void servers_receives(struct validation *validation, const struct sending *sending, const void *config);
/* What all three check, once `size` and `room` are known. */
void servers_validate(struct validation *validation, struct servers *servers);
/* Hours of servers, the least time of each included. */
struct server_hours {
    double on_demand, spot;
};
struct server_hours servers_hours(const struct gauge *billed, const struct counter *extra_ns, const struct gauge *billed_spot,
                                  const struct counter *extra_spot_ns);
/* What they sent to users outside, where anything was. */
void servers_bill_left(const struct servers *servers, const struct line_item *item, struct bill *bill);

static inline struct server_call *servers_call(const struct servers *servers, uint32_t id)
{
    return pool_at(&servers->calls, id);
}

/* How what stands for servers works in a model_type; its `create` and `destroy` are its own where it has more than they. */
#define SERVERS_FUNCTIONS                                                                                                                  \
    .actions = servers_actions, .receives = servers_receives, .start = servers_start, .handle = servers_handle, .accept = servers_accept,  \
    .done = servers_done, .beyond = servers_beyond, .wish = servers_wish, .finish = servers_finish

#endif
