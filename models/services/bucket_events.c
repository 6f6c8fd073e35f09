/* bucket_events.c: which events a bucket has, which notification wants which, and what of that S3 refuses.
 * Source: S3 User Guide, "Supported event notification types and destinations" and "Configuring event notifications using object key name
 * filtering"; S3 API Reference for the operations. */
#include "bucket.h"

#include "engine/sending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char bucket_refusal_overlap[] = "overlapping_notifications";

struct name_rule {
    int name; /* index into rule_names: even ones are prefixes */
    const char *value;
};

static const char *const rule_names[] = {"prefix", "suffix", "Prefix", "Suffix", NULL};

#define RULE_AT(field) offsetof(struct name_rule, field)
#define AT(field) offsetof(struct notification, field)

static const struct property name_rule_properties[] = {
    {"Name", PROPERTY_ENUM, RULE_AT(name), .choices = rule_names, .required = true, .help = "Which end of the object's key."},
    {"Value", PROPERTY_STRING, RULE_AT(value), .required = true, .help = "What must stand there."},
    {0},
};

static const struct property s3_key_properties[] = {
    {"Rules", PROPERTY_LIST, AT(rules), .properties = name_rule_properties, .size = sizeof(struct name_rule), .minimum = "1",
     .maximum = "2", .required = true, .help = "At most one prefix and one suffix."},
    {0},
};

const struct property notification_filter_properties[] = {
    {"S3Key", PROPERTY_OBJECT, 0, .properties = s3_key_properties, .required = true, .help = "By the object's key."},
    {0},
};

/* On the event bus: "Object Created" and so on. */
#define EVENT_ENVELOPE(NAME, TYPE, KEY, VALUE)                                                                                             \
    static const struct envelope NAME[] = {{"source", ENVELOPE_TEXT, "aws.s3"},                                                            \
                                           {"detail-type", ENVELOPE_TEXT, TYPE},                                                           \
                                           {"detail.bucket.name", ENVELOPE_SENDER, NULL},                                                  \
                                           {"detail.object.key", ENVELOPE_OBJECT_KEY, NULL},                                               \
                                           {KEY, ENVELOPE_TEXT, VALUE},                                                                    \
                                           {0}}

EVENT_ENVELOPE(put, "Object Created", "detail.reason", "PutObject");
EVENT_ENVELOPE(post, "Object Created", "detail.reason", "POST Object");
EVENT_ENVELOPE(copied, "Object Created", "detail.reason", "CopyObject");
EVENT_ENVELOPE(completed, "Object Created", "detail.reason", "CompleteMultipartUpload");
EVENT_ENVELOPE(deleted, "Object Deleted", "detail.deletion-type", "Permanently Deleted");
EVENT_ENVELOPE(marked, "Object Deleted", "detail.deletion-type", "Delete Marker Created");
EVENT_ENVELOPE(restoring, "Object Restore Initiated", "version", "0");
EVENT_ENVELOPE(restored, "Object Restore Completed", "version", "0");
EVENT_ENVELOPE(expired, "Object Restore Expired", "version", "0");
EVENT_ENVELOPE(moved, "Object Storage Class Changed", "version", "0");
EVENT_ENVELOPE(tiered, "Object Access Tier Changed", "version", "0");
EVENT_ENVELOPE(tagged, "Object Tags Added", "version", "0");
EVENT_ENVELOPE(untagged, "Object Tags Deleted", "version", "0");
EVENT_ENVELOPE(shared, "Object ACL Updated", "version", "0");

enum { PUT, POST, COPIED, COMPLETED, DELETED, MARKED, RESTORING, RESTORED, EXPIRED, MOVED, TIERED, TAGGED, UNTAGGED, SHARED, NOT_ON_BUS };
const struct envelope *const bucket_envelopes[] = {
    [PUT] = put,       [POST] = post,           [COPIED] = copied,     [COMPLETED] = completed, [DELETED] = deleted,
    [MARKED] = marked, [RESTORING] = restoring, [RESTORED] = restored, [EXPIRED] = expired,     [MOVED] = moved,
    [TIERED] = tiered, [TAGGED] = tagged,       [UNTAGGED] = untagged, [SHARED] = shared,       NULL};

enum versions { ANY, UNVERSIONED, VERSIONED, OWN };

/* An event, what brings it about, in which buckets, and how it looks on the event bus. */
static const struct event_row {
    const char *event;
    const char *operation; /* of OWN ones, which no request brings about: a word that a source's `operation` may say */
    enum versions versions;
    uint8_t envelope;
} events[] = {
    {"s3:ObjectCreated:Put", "PutObject", ANY, PUT},
    {"s3:ObjectCreated:Post", "PostObject", ANY, POST},
    {"s3:ObjectCreated:Copy", "CopyObject", ANY, COPIED},
    {"s3:ObjectCreated:CompleteMultipartUpload", "CompleteMultipartUpload", ANY, COMPLETED},
    {"s3:ObjectRemoved:Delete", "DeleteObject", UNVERSIONED, DELETED},
    {"s3:ObjectRemoved:DeleteMarkerCreated", "DeleteObject", VERSIONED, MARKED},
    {"s3:ObjectRestore:Post", "RestoreObject", ANY, RESTORING},
    {"s3:ObjectRestore:Completed", "ObjectRestoreCompleted", OWN, RESTORED},
    {"s3:ObjectRestore:Delete", "ObjectRestoreDelete", OWN, EXPIRED},
    {"s3:ReducedRedundancyLostObject", "ReducedRedundancyLostObject", OWN, NOT_ON_BUS},
    {"s3:Replication:OperationFailedReplication", "ReplicationOperationFailedReplication", OWN, NOT_ON_BUS},
    {"s3:Replication:OperationMissedThreshold", "ReplicationOperationMissedThreshold", OWN, NOT_ON_BUS},
    {"s3:Replication:OperationReplicatedAfterThreshold", "ReplicationOperationReplicatedAfterThreshold", OWN, NOT_ON_BUS},
    {"s3:Replication:OperationNotTracked", "ReplicationOperationNotTracked", OWN, NOT_ON_BUS},
    {"s3:LifecycleExpiration:Delete", "LifecycleExpirationDelete", OWN, DELETED},
    {"s3:LifecycleExpiration:DeleteMarkerCreated", "LifecycleExpirationDeleteMarkerCreated", OWN, MARKED},
    {"s3:LifecycleTransition", "LifecycleTransition", OWN, MOVED},
    {"s3:IntelligentTiering", "IntelligentTiering", OWN, TIERED},
    {"s3:ObjectTagging:Put", "PutObjectTagging", ANY, TAGGED},
    {"s3:ObjectTagging:Delete", "DeleteObjectTagging", ANY, UNTAGGED},
    {"s3:ObjectAcl:Put", "PutObjectAcl", ANY, SHARED},
};

#define EVENTS (sizeof events / sizeof *events)

/* What writes no object: a tag's or an ACL's change is a PUT all the same. */
static const struct {
    const char *operation;
    enum request_class class;
} operations[] = {
    {"GetObject", CLASS_READ},
    {"HeadObject", CLASS_READ},
    {"DeleteObject", CLASS_DELETE},
    {"ListObjectsV2", CLASS_LIST},
    {"ListObjects", CLASS_LIST},
    {"PutObjectTagging", CLASS_ALTER},
    {"PutObjectAcl", CLASS_ALTER},
    {"RestoreObject", CLASS_ALTER},
    {"DeleteObjectTagging", CLASS_ALTER},
    {"UploadPart", CLASS_ALTER},
    {"CreateMultipartUpload", CLASS_ALTER},
};

#define OTHER_OPERATIONS (sizeof operations / sizeof *operations)

void bucket_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    const char *names[2 + EVENTS + OTHER_OPERATIONS + 1] = {"read", "write"};
    size_t count = 2;
    (void)config;
    for (size_t i = 0; i < OTHER_OPERATIONS; i++)
        names[count++] = operations[i].operation;
    for (size_t i = 0; i < EVENTS; i++)
        names[count++] = events[i].operation;
    names[count] = NULL;
    validation_sending_names(validation, sending, names);
}

/* What a request over HTTP is, by its method. */
static const char *operation_of_method(const char *request)
{
    static const char *const methods[][2] = {{"GET ", "GetObject"}, {"HEAD ", "HeadObject"}, {"DELETE ", "DeleteObject"}};
    for (size_t i = 0; request && i < sizeof methods / sizeof *methods; i++)
        if (strncmp(request, methods[i][0], strlen(methods[i][0])) == 0)
            return methods[i][1];
    return "PutObject";
}

/* The usual operation where a source names none; "read" and "write" stand for the plain ones. */
static const char *operation_of(const struct content *content)
{
    if (!content->operation)
        return operation_of_method(content->request);
    if (strcmp(content->operation, "write") == 0)
        return "PutObject";
    return strcmp(content->operation, "read") == 0 ? "GetObject" : content->operation;
}

bool bucket_is_versioned(const struct bucket *bucket)
{
    return bucket->versioning_given && bucket->versioning == 0;
}

static bool row_happens(const struct event_row *row, const struct bucket *bucket, const char *operation)
{
    if (row->versions == (bucket_is_versioned(bucket) ? UNVERSIONED : VERSIONED))
        return false;
    return strcmp(row->operation, operation) == 0;
}

/* "s3:ObjectCreated:*" names all that begin so. */
static bool names_event(const char *pattern, const char *event)
{
    size_t length = strlen(pattern);
    return length > 0 && pattern[length - 1] == '*' ? strncmp(pattern, event, length - 1) == 0 : strcmp(pattern, event) == 0;
}

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), end = strlen(suffix);
    return length >= end && strcmp(text + length - end, suffix) == 0;
}

struct wanted {
    const struct bucket *bucket;
    const struct notification *notification;
};

/* An object of which no key is known passes every filter. */
static bool is_wanted(const struct content *content, const void *context)
{
    const struct wanted *wanted = context;
    const struct notification *notification = wanted->notification;
    if (content->object_key &&
        !(begins_with(content->object_key, notification->prefix) && ends_with(content->object_key, notification->suffix)))
        return false;
    for (size_t row = 0; row < EVENTS; row++)
        for (size_t i = 0; i < notification->events.count; i++)
            if (names_event(notification->events.items[i], events[row].event) &&
                row_happens(&events[row], wanted->bucket, operation_of(content)))
                return true;
    return false;
}

static bool share_an_event(const struct notification *a, const struct notification *b)
{
    for (size_t row = 0; row < EVENTS; row++) {
        bool in_a = false, in_b = false;
        for (size_t i = 0; i < a->events.count; i++)
            in_a = in_a || names_event(a->events.items[i], events[row].event);
        for (size_t i = 0; i < b->events.count; i++)
            in_b = in_b || names_event(b->events.items[i], events[row].event);
        if (in_a && in_b)
            return true;
    }
    return false;
}

/* Could one object's key pass both filters? S3 judges the two ends apart. */
static bool filters_overlap(const struct notification *a, const struct notification *b)
{
    return (begins_with(a->prefix, b->prefix) || begins_with(b->prefix, a->prefix)) &&
           (ends_with(a->suffix, b->suffix) || ends_with(b->suffix, a->suffix));
}

static void check_events(struct validation *validation, const struct notification *notification, const char *property)
{
    for (size_t i = 0; i < notification->events.count; i++) {
        bool known = false;
        for (size_t row = 0; row < EVENTS; row++)
            known = known || names_event(notification->events.items[i], events[row].event);
        if (!known)
            validation_error(validation, property, "such as \"s3:ObjectCreated:*\", \"s3:ObjectCreated:Put\" or \"s3:ObjectRemoved:*\"",
                             "S3 has no event \"%s\"", notification->events.items[i]);
    }
}

static void read_rules(struct validation *validation, struct notification *notification, const char *property)
{
    const struct name_rule *rules = notification->rules.items;
    const char *found[2] = {NULL, NULL};
    for (size_t i = 0; i < notification->rules.count; i++) {
        const char **end = &found[rules[i].name % 2];
        if (*end)
            validation_error(validation, property, NULL, "two rules for the %s: S3 takes one of each", rule_names[rules[i].name % 2]);
        *end = rules[i].value;
    }
    notification->prefix = found[0] ? found[0] : "";
    notification->suffix = found[1] ? found[1] : "";
}

static void check_overlap(struct validation *validation, const struct bucket *bucket, const struct notification *notification,
                          const char *property)
{
    if (validation_allowed(validation, bucket_refusal_overlap))
        return;
    for (const struct notification *other = bucket->notifications; other; other = other->next)
        if (share_an_event(other, notification) && filters_overlap(other, notification)) {
            validation_error(validation, property, "let their prefixes or suffixes differ, or send to a topic that tells both",
                             "S3 refuses it: another notification has a type of event in common, and an object's key may pass both filters "
                             "(allow_invalid: %s)",
                             bucket_refusal_overlap);
            return;
        }
}

void notification_add(struct validation *validation, uint32_t entity, struct notification *notification, const char *property,
                      unsigned kinds)
{
    struct bucket *bucket = validation_config(validation, entity);
    char path[160];
    snprintf(path, sizeof path, "%.100s%sEvent", property, property[0] ? "." : "");
    check_events(validation, notification, property[0] ? path : "Events");
    snprintf(path, sizeof path, "%.100s%sFilter", property, property[0] ? "." : "");
    read_rules(validation, notification, path);
    check_overlap(validation, bucket, notification, property[0] ? property : NULL);
    snprintf(path, sizeof path, "%.100s.%s", property, kinds == KIND_QUEUE ? "Queue" : kinds == KIND_TOPIC ? "Topic" : "Function");
    if (!kind_check(validation, property[0] ? path : "FunctionName", notification->target, kinds))
        return;
    const struct wanted wanted = {bucket, notification};
    struct notification **end = &bucket->notifications;
    while (*end)
        end = &(*end)->next;
    *end = notification;
    validation_contents_where(validation, is_wanted, &wanted, &notification->matches);
    notification->outlet = (struct outlet){.target = notification->target, .on_failure = ENTITY_NONE, .matches = &notification->matches};
    outlet_add(validation, entity, &bucket->outlets, &notification->outlet);
}

static enum request_class class_of(const struct content *content)
{
    const char *operation = operation_of(content);
    for (size_t i = 0; i < OTHER_OPERATIONS; i++)
        if (strcmp(operations[i].operation, operation) == 0)
            return operations[i].class;
    for (size_t row = 0; row < EVENTS; row++)
        if (events[row].versions == OWN && strcmp(events[row].operation, operation) == 0)
            return CLASS_OWN;
    return CLASS_WRITE;
}

/* What a walk over the contents asks about. */
struct asked {
    const struct bucket *bucket;
    enum request_class class;
    uint8_t envelope;
};

static bool is_of_class(const struct content *content, const void *context)
{
    return class_of(content) == ((const struct asked *)context)->class;
}

static bool is_in_envelope(const struct content *content, const void *context)
{
    const struct asked *asked = context;
    for (size_t row = 0; row < EVENTS; row++)
        if (events[row].envelope == asked->envelope && row_happens(&events[row], asked->bucket, operation_of(content)))
            return true;
    return false;
}

static bool is_wordless(const struct content *content, const void *context)
{
    (void)context;
    return !content->operation && !content->request;
}

void bucket_classify(struct validation *validation, struct bucket *bucket)
{
    struct asked asked = {.bucket = bucket};
    struct content_set set;
    validation_contents_where(validation, is_wordless, NULL, &bucket->wordless);
    for (asked.class = CLASS_WRITE; asked.class < CLASSES; asked.class ++) {
        validation_contents_where(validation, is_of_class, &asked, &set);
        for (uint32_t i = 0; i < CONTENT_COUNT; i++)
            if (content_set_has(&set, (uint8_t)i))
                bucket->classes[i] = (uint8_t)asked.class;
    }
    for (; asked.envelope < NOT_ON_BUS; asked.envelope++) {
        validation_contents_where(validation, is_in_envelope, &asked, &set);
        for (uint32_t i = 0; i < CONTENT_COUNT; i++) {
            if (!content_set_has(&set, (uint8_t)i))
                continue;
            bucket->envelopes[i] = asked.envelope;
            bucket->events.bits[i / 64] |= UINT64_C(1) << i % 64;
        }
    }
}
