/* event_bus.h: a bus, its rules, and who meets whom. Private to this folder. */
#ifndef SLSIM_EVENTS_EVENT_BUS_H
#define SLSIM_EVENTS_EVENT_BUS_H

#include "engine/content.h"
#include "engine/fault.h"
#include "engine/pace.h"
#include "engine/token_bucket.h"
#include "event_target.h"

#define EVENT_BUS_TYPE "AWS::Events::EventBus"

struct bus_metrics {
    struct counter entries, failed, throttled, matched, unmatched;
    struct tally size;
    struct counter custom_chunks; /* as billed */
};

struct event_bus {
    uint32_t self;
    struct fault_state faults;
    const char *name;
    uint32_t first; /* 1 + entity of its first rule; 0: none */
    uint32_t quota; /* the bus that keeps the account's bucket */
    int64_t event_max_bytes;
    uint64_t chunk_bytes;
    struct token_bucket bucket;
    struct bus_metrics metrics;
};

/* What a rule's pattern lets pass of one sender's events in one envelope. */
struct event_match {
    uint32_t sender, envelope;
    const struct content_set *passes;
};

enum rule_state { RULE_ENABLED, RULE_DISABLED };

struct rule_metrics {
    struct counter matched, triggered, throttled;
    struct event_push_metrics push;
};

struct event_rule {
    /* what the template says */
    uint32_t bus;
    const struct pattern *pattern;
    const struct arrival_process *schedule;
    int state; /* enum rule_state, or beyond: enabled too */
    struct property_list targets;
    const char *role; /* RoleArn; NULL: none */
    const struct distribution *latency;
    int64_t payload_bytes;
    bool bus_given, pattern_given;
    const struct content_set *passes; /* of events that stand for themselves */
    struct event_match *matches;      /* by sender, then envelope; the scenario's */
    size_t match_count;
    uint32_t next;  /* 1 + entity of the bus's next rule */
    uint32_t quota; /* the rule that keeps the account's pace of invocations */

    uint32_t self;
    struct pace pace;      /* of the account's invocations, kept by the rule that `quota` names */
    int64_t invocation_ns; /* what one costs */
    struct stream latency_stream;
    struct event_push push;
    struct event_timer timer;
    struct rule_metrics metrics;
};

/* The rule sees an event: matched, it goes to every target. Counts it in the rule's ledger, where it has been entered. */
bool event_rule_see(struct simulation *simulation, struct event_rule *rule, const struct request *request);

#endif
