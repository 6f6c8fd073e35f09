/* pipeline.h: AWS::CodePipeline::Pipeline: its stages, and the executions that go through them. */
#ifndef SLSIM_SERVICES_PIPELINE_H
#define SLSIM_SERVICES_PIPELINE_H

#include "callback.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"
#include "service.h"

enum execution_mode { MODE_SUPERSEDED, MODE_QUEUED, MODE_PARALLEL };
enum action_category {
    CATEGORY_SOURCE,
    CATEGORY_BUILD,
    CATEGORY_TEST,
    CATEGORY_DEPLOY,
    CATEGORY_INVOKE,
    CATEGORY_APPROVAL,
    CATEGORY_COMPUTE
};

/* One action of a stage. The scenario's. */
struct pipeline_action {
    const char *name, *provider, *function_name;
    int category;
    int64_t run_order;
    int64_t timeout_min;
    bool timeout_given;
    uint32_t function; /* ENTITY_NONE: no Lambda action, or one whose function is not simulated */
};

struct pipeline_stage {
    const char *name;
    struct property_list actions; /* of struct pipeline_action */
};

/* One run through the stages. */
struct execution {
    uint32_t pool_link;
    uint32_t next; /* in its stage's line; POOL_NONE: last */
    uint32_t stage;
    uint32_t running;                 /* actions under way */
    int64_t run_order;                /* of them */
    int64_t began_ns, order_began_ns; /* the execution, and the actions of this run order */
    struct request model;
    const struct cause *trouble; /* the first action that did not end well; NULL: none */
};

/* A stage of one replication. */
struct stage_state {
    uint32_t occupant;    /* POOL_NONE: free */
    uint32_t first, last; /* who waits before it */
    uint32_t waiting;
};

struct pipeline {
    uint32_t self;
    struct property_list stages; /* of struct pipeline_stage */
    int mode;
    int type;
    bool mode_given, type_given;
    uint32_t bus; /* the default event bus; ENTITY_NONE: nobody looks at it */
    struct callback_behavior behavior;
    const struct distribution *action_duration;
    double action_failure_rate;

    struct stage_state *states; /* owned; by stage */
    struct callbacks callbacks;
    struct pool executions;
    struct part *part;
    int64_t lambda_timeout_ns;
    uint32_t queued_max;
    struct stream duration_stream, failure_stream;
    struct counter started, succeeded, failed, superseded, rejected, hung;
    struct counter billed_minutes;
    struct tally duration;
    struct gauge in_progress;
};

enum pipeline_event { PIPELINE_TIMEOUT, PIPELINE_CALL, PIPELINE_ACTION /* and above: by the action's number in its stage */ };

/* What the event bus is told of an execution: stands in the group of the request. */
enum pipeline_news { NEWS_STARTED, NEWS_SUCCEEDED, NEWS_FAILED, NEWS_SUPERSEDED };
#define PIPELINE_TOLD UINT32_MAX /* from_data of such a request */

/* Another execution begins, or cannot. */
void pipeline_begin(struct simulation *simulation, struct pipeline *pipeline, struct request *request);
/* One of the execution's actions is over; NULL: well. */
void pipeline_action_ended(struct simulation *simulation, struct pipeline *pipeline, uint32_t id, const struct cause *trouble);
/* What a Lambda action came to. */
void pipeline_called(struct simulation *simulation, void *owner, uint32_t id, enum callback_end end);
/* The stage's action `number`, which has no function, has taken its time. */
void pipeline_action_over(struct simulation *simulation, struct pipeline *pipeline, uint32_t id, uint32_t number);

#endif
