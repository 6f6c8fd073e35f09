/* balancer_state.h: an Application Load Balancer, its listeners, rules and target groups: what the template says of them, and what they are
 * while they run. Private to this folder. From the ground up:
 *   balancer_match    whether a rule's conditions hold for a request
 *   balancer_units    load balancer capacity units
 *   balancer_metrics  what is measured
 *   balancer_health   a target group's targets: whose turn it is, health checks
 *   balancer_run      the way of a request
 *   balancer_targets  targets that come and go while it runs
 *   balancer_actions  what a listener and a rule say of it, judged when the scenario is read
 *   balancer_listener, balancer_group, balancer   the four types */
#ifndef SLSIM_FRONT_DOORS_BALANCER_STATE_H
#define SLSIM_FRONT_DOORS_BALANCER_STATE_H

#include "balancer_match.h"
#include "balancer_metrics.h"
#include "balancer_units.h"
#include "engine/content.h"
#include "engine/deadline_line.h"
#include "engine/fault.h"
#include "engine/hosts.h"
#include "engine/random.h"
#include "engine/simulation.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

struct sending; /* engine/sending.h */
struct validation;

/* Of TargetGroupAttributes and LoadBalancerAttributes. */
struct balancer_attribute {
    const char *key, *value; /* the value as JSON */
};

/* A group that an action forwards to. */
struct balancer_share {
    uint32_t group;
    int64_t weight;
};

enum balancer_action_kind { ACTION_FORWARD, ACTION_FIXED_RESPONSE, ACTION_REDIRECT, ACTION_COGNITO, ACTION_OIDC, ACTION_JWT };

/* One of the template's. */
struct balancer_action {
    int kind;
    uint32_t group;
    struct property_list shares; /* of struct balancer_share */
    int64_t status;              /* of a fixed response */
};

/* What an action comes down to, for a request. */
struct balancer_route {
    enum balancer_action_kind kind;
    const struct balancer_share *shares; /* FORWARD; the scenario's */
    size_t share_count;
    int64_t weight; /* of all shares */
    int64_t status;
};

/* A listener or a rule. */
struct listener {
    uint32_t self, balancer;
    int64_t port;
    int protocol;
    struct property_list actions; /* of struct balancer_action */
    struct balancer_route route;
};

struct listener_rule {
    uint32_t self, listener;
    int64_t priority;
    struct property_list conditions; /* of struct balancer_condition */
    struct property_list actions;
    double match_rate; /* of what no request says: host, headers, address */
    struct balancer_route route;
    struct stream chance;
};

enum target_kind { TARGET_INSTANCE, TARGET_IP, TARGET_LAMBDA };

struct group_target {
    uint32_t entity;
    int64_t port;
};

/* A target as one of the balancer's nodes sees it. */
struct watched_target {
    bool unhealthy;
    bool due;          /* its next check is an event */
    uint32_t in_a_row; /* checks that speak against what it is taken for */
    uint32_t failures; /* checks in a row that failed */
    uint32_t check;    /* the request under way; POOL_NONE: none */
};

/* What all nodes know of a target: one of Targets, or of the servers that come and go. */
struct registered_target {
    uint32_t entity;
    uint32_t server;      /* of an entity that is several; GROUP_WHOLE: the entity itself */
    uint32_t outstanding; /* requests under way */
    bool gone;            /* deregistered, at `since_ns`; or not there yet */
    int64_t since_ns;
};

#define GROUP_WHOLE UINT32_MAX

enum group_algorithm { ALGORITHM_ROUND_ROBIN, ALGORITHM_LEAST_OUTSTANDING };
enum group_event { GROUP_CHECK, GROUP_CHECK_TIMEOUT };

struct target_group {
    struct balancer_metrics metrics; /* first */
    /* config */
    uint32_t self, balancer; /* ENTITY_NONE: no listener names it */
    int kind;
    struct property_list targets;    /* of struct group_target */
    struct property_list attributes; /* of struct balancer_attribute */
    bool checks, checks_given;
    int64_t interval_ns, timeout_ns;
    bool interval_given, timeout_given;
    int64_t healthy_threshold, unhealthy_threshold;
    double malformed_rate;
    int64_t drain_ns; /* how long requests of a server that was deregistered may still take */
    bool multi_value;
    enum group_algorithm algorithm;

    /* state */
    uint32_t nodes;
    uint32_t slots, end;                  /* targets, those that may come included; those from `end` on never did */
    struct watched_target *watched;       /* owned; of each node the targets */
    struct registered_target *registered; /* owned; of each target */
    uint32_t *turn;                       /* owned; of each node: whose it is */
    uint32_t dropped[CONTENT_COUNT];
    uint64_t salt, check_ordinal;
    uint64_t share_rest; /* of requests, in PER_TARGET_PARTS, that targets have not been counted */
    struct stream malformed;
};

enum balancer_scheme { SCHEME_INTERNET_FACING, SCHEME_INTERNAL };
enum balancer_event { BALANCER_ENTER, BALANCER_IDLE, BALANCER_MINUTE, BALANCER_CLOSE, BALANCER_DRAINED };

/* A rule and what it is known to hold for. */
struct armed_rule {
    struct listener_rule *rule;
    struct content_set holds; /* what can be known */
    bool is_open;             /* it asks for something else too: the rule's match_rate */
};

struct armed_listener {
    const struct listener *listener;
    struct armed_rule *rules; /* owned; by priority */
    size_t rule_count;
};

/* A request that was let in. */
struct balancer_call {
    uint32_t pool_link;
    uint32_t request;
    uint32_t sent;
    uint32_t target; /* of the group */
    bool live;       /* has been sent: cleared before it is given back */
    bool is_timed;   /* stands in the line */
    bool binary;     /* its body grows on the way to a function */
    struct deadline_place deadline;
    struct target_group *group;
    uint64_t headers_bytes;
    int64_t sent_ns;
    uint32_t answer_bytes; /* that its target says; 0: it does not */
};

struct load_balancer {
    struct balancer_metrics metrics; /* first */
    /* config */
    uint32_t self;
    int type, scheme;
    bool scheme_given;
    struct string_list subnets;
    struct property_list mappings;   /* of SubnetMappings: only their number counts */
    struct property_list attributes; /* of struct balancer_attribute */
    const struct distribution *overhead;
    int64_t response_bytes;
    int64_t requests_per_connection, node_count;
    int64_t connection_ns;
    bool connection_given;
    int64_t idle_ns;

    /* state */
    struct fault_state faults;
    struct armed_listener *listeners; /* owned; in the order of the template */
    size_t listener_count;
    struct pool calls;
    struct deadline_line idle;
    struct lcu_meter meter;
    struct stream overhead_stream, share_stream;
    uint32_t nodes, next_node;
    uint64_t requests_seen;
    uint64_t body_limit_bytes, response_limit_bytes, headers_limit_bytes;
    double base64_factor;
    bool function_untimed;
};

/* An answer: its status, and whose it is. */
struct balancer_answer {
    struct cause cause; /* first */
    int status;
    bool of_target, user_error, internal_error;
};

/* balancer_health.c */
enum status group_create(struct simulation *simulation, void *self);
void group_start(struct simulation *simulation, void *self);
void group_destroy(struct simulation *simulation, void *self);
void group_handle(struct simulation *simulation, void *self, const struct event *event);
void group_done(struct simulation *simulation, void *self, struct request *request);
/* The target whose turn it is in the eyes of `node`; false: there is none at all. */
bool group_choose(struct target_group *group, uint32_t node, uint32_t *target);
/* A target comes or goes: tells the figures. `proven`: it needs to pass no check first. */
void group_register(struct simulation *simulation, struct target_group *group, uint32_t target, bool comes, bool proven);
/* Hands a request to a target. */
void group_send(struct simulation *simulation, const struct target_group *group, uint32_t target, struct request *request);
extern const struct registrar group_registrar;
/* Is what the function answered to `request` no valid response? */
bool group_malformed(struct target_group *group, const struct request *request);

/* balancer_run.c */
void balancer_start(struct simulation *simulation, void *self);
void balancer_accept(struct simulation *simulation, void *self, struct request *request);
/* The same by a listener, whose number it is. */
void balancer_listen(struct simulation *simulation, struct load_balancer *balancer, uint32_t listener, struct request *request);
void balancer_handle(struct simulation *simulation, void *self, const struct event *event);
void balancer_done(struct simulation *simulation, void *self, struct request *sent);
enum status balancer_finish(struct simulation *simulation, void *self);

/* The requests under way to `group`'s targets that were deregistered `ago_ns` ago or earlier are answered 502; the targets go on for
 * nobody. O(calls). */
void balancer_drop(struct simulation *simulation, struct load_balancer *balancer, const struct target_group *group, int64_t ago_ns);

/* balancer_targets.c */
extern const struct action group_actions[];

/* balancer.c: what is sent to a load balancer or a listener. */
void balancer_receives(struct validation *validation, const struct sending *sending, const void *config);

/* balancer_actions.c: judges `actions`, which are the property of that name, and says what they come down to. */
void balancer_resolve(struct validation *validation, const struct property_list *actions, const char *property,
                      struct balancer_route *route);
/* Does a listener or rule `entity` forward to `group`? Then *balancer is whose it is. */
bool balancer_forwards(const struct validation *validation, uint32_t entity, uint32_t group, uint32_t *balancer);
extern const struct property balancer_action_properties[];
/* Complains at `property` of attributes that are not among `known`, which ends with NULL. */
void balancer_check_attributes(struct validation *validation, const struct property_list *attributes, const char *property,
                               const char *const *known);
/* Its value, without quotation marks; NULL: it is not there, or memory is out. */
const char *balancer_attribute(struct validation *validation, const struct property_list *attributes, const char *key);
/* A whole number of the attribute within the limits; the default where it is not there. Complains at `property`. */
int64_t balancer_attribute_number(struct validation *validation, const struct property_list *attributes, const char *property,
                                  const char *key, double least, double most, double otherwise);
extern const struct property balancer_attribute_properties[];

#endif
