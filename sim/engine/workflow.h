/* workflow.h: a state machine, as the States Language describes it: states that follow on each other, some of which hold state machines of
 * their own. Immutable, shared by replications. Source: the Amazon States Language specification, https://states-language.net/spec.html. */
#ifndef SLSIM_ENGINE_WORKFLOW_H
#define SLSIM_ENGINE_WORKFLOW_H

#include "engine/content.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKFLOW_END UINT32_MAX /* no state follows */

enum workflow_kind {
    WORKFLOW_TASK,
    WORKFLOW_PASS,
    WORKFLOW_CHOICE,
    WORKFLOW_WAIT,
    WORKFLOW_PARALLEL,
    WORKFLOW_MAP,
    WORKFLOW_SUCCEED,
    WORKFLOW_FAIL
};

enum workflow_jitter { WORKFLOW_JITTER_NONE, WORKFLOW_JITTER_FULL };

struct workflow_names {
    const char *const *items;
    size_t count;
};

struct workflow_retrier {
    struct workflow_names errors;
    int64_t interval_ns, max_delay_ns; /* the latter 0: none */
    int64_t attempts;
    double rate;
    int jitter; /* enum workflow_jitter */
};

struct workflow_catcher {
    struct workflow_names errors;
    const char *next_name;
    uint32_t next;
};

struct workflow_retriers {
    struct workflow_retrier *items;
    size_t count;
};

struct workflow_catchers {
    struct workflow_catcher *items;
    size_t count;
};

/* A text somewhere in what a task is given, by its key: "QueueUrl", "EventBusName". */
struct workflow_parameter {
    const char *name, *text;
};

struct workflow_task {
    const char *resource; /* as it is written */
    /* Of "arn:...:::service:putItem.pattern"; else NULL. */
    const char *service, *action, *pattern; /* "PutItem"; NULL: none */
    struct content_choice content;          /* of the action */
    const struct workflow_parameter *parameters;
    size_t parameter_count;
    int64_t timeout_ns, heartbeat_ns;    /* 0: none */
    bool timeout_drawn, heartbeat_drawn; /* they are data: a path or an expression says them */
};

struct workflow_map {
    int64_t concurrency; /* 0: as many as may be */
    int64_t batch;       /* items of each child */
    int64_t tolerated;   /* failures; -1: not given */
    double tolerated_share;
    int mode;           /* of its processor: 1 DISTRIBUTED */
    int execution_type; /* 1 EXPRESS */
    bool tolerated_share_given;
    bool has_reader, has_writer;         /* a distributed one's */
    struct workflow_task reader, writer; /* whom they call */
    int64_t items_most;                  /* that are read; 0: all */
};

struct workflow_state {
    const char *name;
    const char *place; /* where it is described, for messages: "Definition.States.Check" */
    int kind;          /* enum workflow_kind */
    bool ends;
    const char *next_name;
    uint32_t next;  /* WORKFLOW_END: none */
    uint32_t scope; /* which it stands in */
    struct workflow_retriers retriers;
    struct workflow_catchers catchers;
    struct workflow_task task;
    struct workflow_map map;
    /* of a Wait: */
    int64_t wait_ns;
    const char *timestamp; /* NULL: none */
    bool wait_given, wait_drawn;
    /* of a Choice: its rules' states, then the default, where it has one */
    const uint32_t *choices;
    size_t choice_count, rule_count;
    /* of a Parallel its branches, of a Map its processor: scopes */
    uint32_t first_branch;
    uint32_t branch_count;
    const char *error; /* of a Fail; NULL: it does not say */
};

/* A state machine: the whole, a branch, a processor. Its states stand together. */
struct workflow_scope {
    uint32_t owner; /* the state that holds it; WORKFLOW_END: the whole */
    uint32_t first, count;
    uint32_t start;
};

struct workflow {
    const struct workflow_state *states;
    const struct workflow_scope *scopes; /* the first is the whole */
    uint32_t state_count, scope_count;
    int64_t timeout_ns; /* 0: none */
    int64_t bytes;      /* of its text */
};

#endif
