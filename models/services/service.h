/* service.h: a service that takes what happens and tells its targets of it, and does nothing else. Its state begins with struct service;
 * its `validate` says who is told. */
#ifndef SLSIM_SERVICES_SERVICE_H
#define SLSIM_SERVICES_SERVICE_H

#include "engine/simulation.h"
#include "fanout.h"
#include "kinds.h"

enum service_event { SERVICE_NOTICE, SERVICE_OWN /* and above: the service's own */ };

struct service {
    uint32_t self;
    struct outlet_list outlets;       /* by `validate` */
    const struct distribution *delay; /* of its notices */
    const char *part;                 /* by `validate`, as in fanout_policy */
    const char *tries_rule;           /* by `validate`: how often it tries; NULL: as long as the age allows */
    const char *age_rule;             /* by `validate`: how long it tries, in s; NULL: as services do that say nothing of it */
    struct counter received;
    struct fanout fanout;
    struct fanout_metrics metrics;
};

/* An outlet of the entity `from`, whose service it is, to `target`, if it is one of `kinds`; complains at `property` where not. */
void service_tell(struct validation *validation, struct service *service, uint32_t from, const char *property, struct outlet *outlet,
                  uint32_t target, unsigned kinds);

enum status service_create(struct simulation *simulation, void *self);
void service_destroy(struct simulation *simulation, void *self);
void service_handle(struct simulation *simulation, void *self, const struct event *event);
void service_accept(struct simulation *simulation, void *self, struct request *request);
void service_done(struct simulation *simulation, void *self, struct request *request);
enum status service_finish(struct simulation *simulation, void *self);

#define SERVICE_AT(type, field) (offsetof(type, service) + offsetof(struct service, field))

/* The behavior row of a service's delay. */
#define SERVICE_DELAY(type, RULE)                                                                                                          \
    {                                                                                                                                      \
        "delivery_delay", PROPERTY_TIME_DISTRIBUTION, SERVICE_AT(type, delay),                                                             \
            .fallback = RULE, .help = "From what happened to the first attempt to tell a target, drawn for each notice."                   \
    }

/* What all of them measure. */
#define SERVICE_METRICS(type)                                                                                                              \
    {"slsim", "ItemsReceived", "Count", METRIC_COUNT, SERVICE_AT(type, received), .help = "What happened: items that came."},              \
        FANOUT_METRICS(SERVICE_AT(type, metrics))

/* The functions of a model_type that is nothing but a service. */
#define SERVICE_FUNCTIONS                                                                                                                  \
    .create = service_create, .destroy = service_destroy, .handle = service_handle, .accept = service_accept, .done = service_done,        \
    .finish = service_finish

#endif
