/* topic_state.h: a topic and what subscribes to it. Private to this folder. */
#ifndef SLSIM_MESSAGING_TOPIC_STATE_H
#define SLSIM_MESSAGING_TOPIC_STATE_H

#include "engine/content.h"
#include "engine/delivery.h"
#include "engine/fault.h"
#include "engine/key_map.h"
#include "engine/random.h"
#include "engine/token_bucket.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

#define TOPIC_TYPE "AWS::SNS::Topic"

/* The order of the words of `Protocol`. */
enum protocol {
    PROTOCOL_LAMBDA,
    PROTOCOL_SQS,
    PROTOCOL_FIREHOSE,
    PROTOCOL_HTTP,
    PROTOCOL_HTTPS,
    PROTOCOL_EMAIL,
    PROTOCOL_EMAIL_JSON,
    PROTOCOL_SMS,
    PROTOCOL_APPLICATION,
    PROTOCOL_COUNT
};

enum filter_scope { SCOPE_ATTRIBUTES, SCOPE_BODY };

/* How often a delivery is tried again, and after which waits. */
struct retry_phases {
    uint32_t immediate, pre, backoff, post; /* retries */
    int64_t pre_wait_ns, backoff_min_ns, backoff_max_ns, post_wait_ns;
    bool linear; /* the waits of `backoff` rise evenly, not by a factor */
};

/* A web subscription's own, as the template says it. */
struct web_retries {
    int64_t retries, immediate, pre, post;
    int64_t least_ns, most_ns;
    int function;
    bool given;
};

/* AWS::SNS::Subscription, or an entry of a topic's own list. */
struct subscription {
    uint32_t self;
    uint32_t topic;
    uint32_t endpoint; /* ENTITY_NONE: outside */
    uint32_t dead_letter;
    int protocol; /* enum protocol */
    int scope;    /* enum filter_scope */
    struct web_retries retry;
    struct retry_phases own_phases; /* of `retry` */
    const struct pattern *filter;
    const struct content_set *passes; /* NULL: all */
    uint32_t next;                    /* 1 + entity of the topic's next one; 0: none */
    bool redrive_given, sqs_given;
};

struct topic_metrics {
    struct counter published, delivered, failed, filtered, filtered_attributes, filtered_body, redriven, lost;
    struct counter attempts, throttled;
    struct tally publish_size, delivery_time;
    struct gauge pending;
    struct counter requests, fifo_bytes; /* as billed */
    struct counter billed_deliveries[PROTOCOL_COUNT];
};

/* One subscription at work. */
struct topic_route {
    const struct subscription *subscription; /* in the topic's list, or an entity's state */
    const struct retry_phases *phases;
};

struct topic {
    struct property_list own;           /* of struct subscription */
    const struct distribution *latency; /* NULL: rule sns_delay_ms */
    int64_t message_max_bytes;
    int throughput_scope;
    bool fifo, content_based, message_max_given, scope_given;
    uint32_t first; /* 1 + entity of its first AWS::SNS::Subscription; 0: none */
    uint32_t quota; /* the topic that keeps the bucket of all that share it */

    uint32_t self;
    struct fault_state faults;
    int64_t delay_ns;
    uint64_t chunk_bytes;
    double jitter;
    struct token_bucket bucket;
    struct retry_phases managed, customer, web;
    struct delivery delivery;
    struct topic_route *routes; /* owned */
    struct key_map last_ids;    /* of a FIFO topic: the last item that is not over, by route and group */
    struct stream latency_stream, jitter_stream;
    struct topic_metrics metrics;
};

/* topic_deliver.c */
enum status topic_create(struct simulation *simulation, void *self);
void topic_destroy(struct simulation *simulation, void *self);
void topic_accept(struct simulation *simulation, void *self, struct request *request);
void topic_handle(struct simulation *simulation, void *self, const struct event *event);
void topic_done(struct simulation *simulation, void *self, struct request *request);
enum status topic_finish(struct simulation *simulation, void *self);

/* The entries of the topic's own list. */
static inline struct subscription *own_subscriptions(const struct topic *topic)
{
    return topic->own.items;
}

/* The wait before retry number `retry` (from 1); DELIVERY_GIVE_UP when there is none. */
int64_t retry_phases_wait_ns(const struct retry_phases *phases, uint32_t retry);

#endif
