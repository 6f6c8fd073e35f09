/* bucket.h: AWS::S3::Bucket: requests, objects, and notifications of what happens to them. */
#ifndef SLSIM_SERVICES_BUCKET_H
#define SLSIM_SERVICES_BUCKET_H

#include "bucket_prefixes.h"
#include "engine/fault.h"
#include "engine/random.h"
#include "engine/simulation.h"
#include "fanout.h"
#include "kinds.h"
#include "measure/gauge.h"

/* One notification: which events of which objects, and who is told. A row of a bucket's NotificationConfiguration, or the resource that
 * a function's S3 event makes. The scenario's. */
struct notification {
    uint32_t target;
    struct string_list events;   /* "s3:ObjectCreated:*" */
    struct property_list rules;  /* of struct name_rule */
    const char *prefix, *suffix; /* by notification_add: "" where not given */
    struct content_set matches;
    struct outlet outlet;
    struct notification *next; /* of its bucket */
};

enum request_class { CLASS_WRITE, CLASS_ALTER, CLASS_DELETE, CLASS_READ, CLASS_LIST, CLASS_OWN, CLASSES };

struct bucket_metrics {
    struct counter requests, puts, gets, deletes, lists, errors, uploaded, downloaded;
    struct tally latency, first_byte;
    struct gauge objects, stored;
    struct counter tier1, tier2, left; /* for the bill */
};

struct bucket {
    uint32_t self;
    struct fault_state faults;

    /* config */
    struct property_list functions, queues, topics; /* of struct notification */
    bool event_bridge;
    int versioning; /* 0: Enabled */
    bool versioning_given;
    struct notification *notifications;
    struct outlet_list outlets;
    uint8_t classes[CONTENT_COUNT];   /* enum request_class, by content */
    uint8_t envelopes[CONTENT_COUNT]; /* which of bucket_envelopes its event is in, by content */
    struct content_set events;        /* contents that bring an event about */
    struct content_set wordless;      /* contents that say neither an operation nor a method */
    struct outlet bus;                /* the default event bus */
    const struct distribution *delivery_delay, *latency;
    double duplicate_rate;
    bool single_notification;
    struct bucket_prefixes prefixes; /* its config, too */
    bool is_public;

    /* state */
    uint64_t waiting; /* requests that are being answered */
    struct stream latency_stream;
    struct key_map objects; /* bytes of each object that has a name, as far as they can be overwritten */
    struct fanout fanout;
    struct fanout_metrics notices;
    struct bucket_metrics metrics;
};

/* Checks a notification and adds it to its bucket, which is `entity`; `property` is where it stands in the entity that `validation` is for.
 */
void notification_add(struct validation *validation, uint32_t entity, struct notification *notification, const char *property,
                      unsigned kinds);
/* What each content is to the bucket: its class, its event and that event's envelope. */
void bucket_classify(struct validation *validation, struct bucket *bucket);
/* Complains of operations that S3 does not have. */
void bucket_receives(struct validation *validation, const struct sending *sending, const void *config);
extern const struct envelope *const bucket_envelopes[];
/* Does the bucket keep what is overwritten? Then a deletion adds a marker. */
bool bucket_is_versioned(const struct bucket *bucket);

/* Of a notification's `Filter`. */
extern const struct property notification_filter_properties[];

extern const char bucket_refusal_overlap[];
extern const char *const bucket_refusals[]; /* that one */

#endif
