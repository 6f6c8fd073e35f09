/* bucket_notification.c: a function's S3 event: SAM writes it at the function, and changes the bucket. */
#include "bucket.h"

#include "notation/property.h"
#include "scenario/validation.h"

struct bucket_notification {
    struct notification notification; /* first: the filter's table counts from it */
    uint32_t self;
    uint32_t bucket;
};

#define AT(field) offsetof(struct bucket_notification, field)

static const struct property bucket_notification_properties[] = {
    {"FunctionName", PROPERTY_REFERENCE, AT(notification.target), .required = true,
     .help = "The function that is invoked, asynchronously."},
    {"Bucket", PROPERTY_REFERENCE, AT(bucket), .required = true, .help = "Whose events."},
    {"Events", PROPERTY_STRINGS, AT(notification.events), .required = true, .help = "Which events: \"s3:ObjectCreated:*\"."},
    {"Filter", PROPERTY_OBJECT, 0, .properties = notification_filter_properties, .help = "Of which objects."},
    {0},
};

static void bucket_notification_validate(struct validation *validation, void *config)
{
    struct bucket_notification *made = config;
    if (kind_check(validation, "Bucket", made->bucket, KIND_BUCKET))
        notification_add(validation, made->bucket, &made->notification, "", KIND_FUNCTION);
}

const struct model_type bucket_notification_type = {
    .type = "Slsim::S3::Notification",
    .help = "What an S3 event of a function (SAM) makes: a notification of its bucket.",
    .size = sizeof(struct bucket_notification),
    .self_offset = AT(self),
    .properties = bucket_notification_properties,
    .refusals = bucket_refusals,
    .validate = bucket_notification_validate,
};
