/* service.c: what all services have in common that only pass on. */
#include "service.h"

void service_tell(struct validation *validation, struct service *service, uint32_t from, const char *property, struct outlet *outlet,
                  uint32_t target, unsigned kinds)
{
    if (!kind_check(validation, property, target, kinds))
        return;
    outlet->target = target;
    outlet->on_failure = ENTITY_NONE;
    outlet_add(validation, from, &service->outlets, outlet);
}

enum status service_create(struct simulation *simulation, void *self)
{
    struct service *service = self;
    const struct rule_book *rules = simulation->settings->rules;
    struct fanout_policy policy = {.part = service->part, .delay = service->delay};
    fanout_retries(&policy, rules);
    if (service->age_rule)
        policy.max_age_ns = rule_ns(rules, service->age_rule);
    if (service->tries_rule)
        policy.max_tries = (uint32_t)rule_number(rules, service->tries_rule);
    return fanout_init(&service->fanout, &policy, &service->outlets, &service->metrics, simulation, service->self, SERVICE_NOTICE);
}

void service_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct service *service = self;
    fanout_fini(&service->fanout);
}

void service_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct service *service = self;
    fanout_handle(simulation, &service->fanout, event);
}

void service_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct service *service = self;
    counter_add(&service->received, 1);
    fanout_publish(simulation, &service->fanout, request);
    request_done(simulation, service->self, request, &cause_succeeded);
}

void service_done(struct simulation *simulation, void *self, struct request *request)
{
    struct service *service = self;
    fanout_answered(simulation, &service->fanout, request);
}

enum status service_finish(struct simulation *simulation, void *self)
{
    struct service *service = self;
    fanout_finish(simulation, &service->fanout);
    return STATUS_OK;
}
