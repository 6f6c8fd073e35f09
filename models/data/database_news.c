/* database_news.c: events of databases: that a failover began, and that it is over. They stand on the default event bus, and go to every
 * subscription, which picks by category and source. Source: RDS User Guide, "Amazon RDS event categories and event messages". */
#include "database_state.h"

#include "engine/content.h"

static const char instance_event[] = "RDS DB Instance Event", cluster_event[] = "RDS DB Cluster Event";

#define FAILOVER_EVENT(NAME, DETAIL_TYPE, SOURCE, ID)                                                                                      \
    static const struct envelope NAME[] = {{"source", ENVELOPE_TEXT, "aws.rds"},                                                           \
                                           {"detail-type", ENVELOPE_TEXT, DETAIL_TYPE},                                                    \
                                           {"detail.EventCategories", ENVELOPE_TEXT, "failover"},                                          \
                                           {"detail.SourceType", ENVELOPE_TEXT, SOURCE},                                                   \
                                           {"detail.SourceIdentifier", ENVELOPE_SENDER, NULL},                                             \
                                           {"detail.EventID", ENVELOPE_TEXT, ID},                                                          \
                                           {0}}

FAILOVER_EVENT(instance_started, instance_event, "DB_INSTANCE", "RDS-EVENT-0013");
FAILOVER_EVENT(instance_completed, instance_event, "DB_INSTANCE", "RDS-EVENT-0049");
FAILOVER_EVENT(cluster_started, cluster_event, "CLUSTER", "RDS-EVENT-0073");
FAILOVER_EVENT(cluster_completed, cluster_event, "CLUSTER", "RDS-EVENT-0071");
const struct envelope *const database_instance_envelopes[] = {
    [TOLD_STARTED] = instance_started, [TOLD_COMPLETED] = instance_completed, NULL};
const struct envelope *const database_cluster_envelopes[] = {[TOLD_STARTED] = cluster_started, [TOLD_COMPLETED] = cluster_completed, NULL};

uint32_t database_envelope(const struct simulation *simulation, const void *self, const struct request *request)
{
    (void)simulation;
    (void)self;
    return request->from_data;
}

void database_news_find(struct validation *validation, struct database_news *news)
{
    uint32_t entities = validation_entity_count(validation), self = validation_self(validation);
    uint32_t *list = NULL;
    news->bus = validation_find(validation, "default");
    if (news->bus != ENTITY_NONE && !model_is(validation_type(validation, news->bus), "AWS::Events::EventBus"))
        news->bus = ENTITY_NONE;
    validation_flow(validation, self, news->bus);
    for (uint32_t i = 0; i < entities; i++) {
        if (!model_is(validation_type(validation, i), "AWS::RDS::EventSubscription"))
            continue;
        list = list ? list : validation_alloc(validation, entities, sizeof *list);
        if (!list)
            return;
        list[news->count++] = i;
        validation_flow(validation, self, i);
    }
    news->subscriptions = list;
}

static void tell(struct simulation *simulation, uint32_t target, uint32_t entity, uint64_t item, enum database_told told)
{
    struct request *request = request_new(simulation);
    if (!request)
        return;
    uint32_t id = request->id;
    *request = (struct request){
        .id = id, .item = item, .born_ns = simulation->now_ns, .handler_ns = -1, .from = entity, .from_data = told, .asynchronous = true};
    request_send(simulation, target, request);
}

void database_news_tell(struct simulation *simulation, const struct database_news *news, uint32_t entity, uint32_t ordinal,
                        enum database_told told)
{
    uint64_t item = item_salt(simulation->entities[entity].name) + (uint64_t)ordinal * 2 + told;
    if (news->bus != ENTITY_NONE)
        tell(simulation, news->bus, entity, item, told);
    for (uint32_t i = 0; i < news->count; i++)
        tell(simulation, news->subscriptions[i], entity, item, told);
}
