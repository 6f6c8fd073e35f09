/* event_filter.c: FilterCriteria: which messages and records a mapping lets through to its function. */
#include "event_filter.h"

#include "queue_mapping_state.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

const struct cause cause_filtered = {.fate = FATE_DISCARDED, .text = "filtered"};

struct filter {
    const struct pattern *pattern;
};

static const struct property filter_properties[] = {
    {"Pattern", PROPERTY_PATTERN, offsetof(struct filter, pattern), .unit = "mapping", .required = true,
     .help = "What a message or record must look like; of a queue below body, of a Kinesis stream below data, of a "
             "table's stream below dynamodb.NewImage (in the form of streams), and its eventName."},
    {0},
};

const struct property filter_criteria_properties[] = {
    {"Filters", PROPERTY_LIST, offsetof(struct queue_mapping, config.filters), .properties = filter_properties,
     .size = sizeof(struct filter), .maximum = "event_filters_max", .help = "One that matches is enough; none: all pass."},
    {0},
};

/* The row of an envelope that holds the field `name` of the whole; NULL: it has none. */
static const struct envelope *row_of(const struct envelope *envelope, const char *name)
{
    size_t length = strlen(name);
    for (const struct envelope *row = envelope; row->path; row++)
        if (strncmp(row->path, name, length) == 0 && (row->path[length] == '\0' || row->path[length] == '.'))
            return row;
    return NULL;
}

/* What a message or record holds beside its body is little, and what it does not hold matches nothing. Records that are no JSON are
 * dropped, so no filter of a stream may ask for texts. Sources: the Lambda developer guide, "Using event filtering with an Amazon SQS event
 * source", "... with a Kinesis event source" and "... with a DynamoDB event source"; this last one says that only "dynamodb" is looked at,
 * but "eventName" works, and is in the CDK's own example. */
static void check_filter(struct validation *validation, const struct queue_mapping_config *config, size_t index,
                         const struct envelope *envelope)
{
    const struct filter *filter = (const struct filter *)config->filters.items + index;
    bool is_list = false, is_stream = validation_type(validation, config->source)->streamable;
    char place[80];
    snprintf(place, sizeof place, "%sFilterCriteria.Filters[%zu].Pattern", config->filters_within ? config->filters_within : "", index);
    const char *name = NULL;
    for (size_t i = 0; (name = validation_pattern_field(filter->pattern, i, &is_list)); i++) {
        const struct envelope *row = row_of(envelope, name);
        if (!row)
            validation_warning(validation, place, NULL, "looks at \"%s\", but filters of %s see only \"%s\"", name,
                               is_stream ? "a stream" : "a queue", envelope->path);
        else if (is_stream && is_list && row->part == ENVELOPE_EVENT)
            validation_error(validation, place, "write {\"data\": {\"field\": [...]}}", "what it asks of \"%s\" must be an object", name);
    }
}

const struct content_set *filter_validate(struct validation *validation, struct queue_mapping_config *config,
                                          const struct envelope *envelope)
{
    const struct filter *filters = config->filters.items;
    for (size_t i = 0; i < config->filters.count; i++) {
        const struct content_set *one = validation_match(validation, filters[i].pattern, envelope, config->source);
        for (size_t k = 0; one && k < sizeof one->bits / sizeof *one->bits; k++)
            config->passes_any.bits[k] |= one->bits[k];
        if (!one) /* it could not be read, which was said */
            return NULL;
        if (envelope)
            check_filter(validation, config, i, envelope);
    }
    return config->filters.count > 0 ? &config->passes_any : NULL;
}
