/* workflow_state.c: what one state of a machine says, by its type. */
#include "notation/event_content.h"
#include "notation/property_parse.h"
#include "notation/references.h"
#include "notation/workflow_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {"Task", "Pass", "Choice", "Wait", "Parallel", "Map", "Succeed", "Fail", NULL};
static const char *const jitters[] = {"NONE", "FULL", NULL};
static const char *const modes[] = {"INLINE", "DISTRIBUTED", NULL};
static const char *const execution_types[] = {"STANDARD", "EXPRESS", NULL};

#define AT(field) offsetof(struct workflow_retrier, field)

static const struct property retry_keys[] = {
    {"ErrorEquals", PROPERTY_STRINGS, AT(errors), .minimum = "1", .required = true, .help = "write [\"States.ALL\"]"},
    {"IntervalSeconds", PROPERTY_TIME, AT(interval_ns), .unit = "s", .minimum = "1", .maximum = "states_retry_max_s",
     .fallback = "states_retry_interval_s", .help = "The wait before the first retry."},
    {"MaxAttempts", PROPERTY_INTEGER, AT(attempts), .minimum = "0", .maximum = "states_retry_attempts_max",
     .fallback = "states_retry_attempts", .help = "Retries."},
    {"BackoffRate", PROPERTY_NUMBER, AT(rate), .minimum = "1", .fallback = "states_retry_rate", .help = "From each wait to the next."},
    {"MaxDelaySeconds", PROPERTY_TIME, AT(max_delay_ns), .unit = "s", .minimum = "1", .maximum = "states_retry_max_s", .fallback = "0",
     .help = "No wait is longer."},
    {"JitterStrategy", PROPERTY_ENUM, AT(jitter), .choices = jitters, .fallback = "\"NONE\"", .help = "FULL: any wait up to that."},
    ACCEPTED("Comment"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct workflow_catcher, field)

static const struct property catch_keys[] = {
    {"ErrorEquals", PROPERTY_STRINGS, AT(errors), .minimum = "1", .required = true, .help = "write [\"States.ALL\"]"},
    {"Next", PROPERTY_STRING, AT(next_name), .required = true, .help = "where it goes on"},
    ACCEPTED("ResultPath"),
    ACCEPTED("Output"),
    ACCEPTED("Assign"),
    ACCEPTED("Comment"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct workflow_state, field)

/* What every state may say that changes nothing here: no data flows. */
#define ANY_STATE                                                                                                                          \
    ACCEPTED("Type"), ACCEPTED("Comment"), ACCEPTED("QueryLanguage"), ACCEPTED("InputPath"), ACCEPTED("OutputPath"), ACCEPTED("Output"),   \
        ACCEPTED("Assign")

#define FOLLOWED                                                                                                                           \
    {"Next", PROPERTY_STRING, AT(next_name), .help = "The state that follows."},                                                           \
    {                                                                                                                                      \
        "End", PROPERTY_BOOLEAN, AT(ends), .fallback = "false", .help = "Nothing follows."                                                 \
    }

/* The same of the states that hand something to what they call or hold. */
#define FILTERED ACCEPTED("Parameters"), ACCEPTED("Arguments"), ACCEPTED("ResultSelector"), ACCEPTED("ResultPath")

#define TRIED_AGAIN                                                                                                                        \
    {"Retry",                                                                                                                              \
     PROPERTY_LIST,                                                                                                                        \
     AT(retriers),                                                                                                                         \
     .properties = retry_keys,                                                                                                             \
     .size = sizeof(struct workflow_retrier),                                                                                              \
     .maximum = "states_retriers_max",                                                                                                     \
     .help = "Which errors are tried again."},                                                                                             \
    {                                                                                                                                      \
        "Catch", PROPERTY_LIST, AT(catchers), .properties = catch_keys, .size = sizeof(struct workflow_catcher),                           \
                                              .maximum = "states_retriers_max", .help = "Where it goes on after which errors."             \
    }

static const struct property type_keys[] = {
    {"Type", PROPERTY_ENUM, AT(kind), .choices = kind_names, .required = true, .help = "write \"Type\": \"Task\""},
    {.name = PROPERTY_ANY_KEY, .kind = PROPERTY_ACCEPTED},
    {0},
};

static const struct property task_keys[] = {
    {"Resource", PROPERTY_STRING, AT(task.resource), .required = true, .help = "what is called"},
    {"TimeoutSeconds", PROPERTY_TIME, AT(task.timeout_ns), .unit = "s", .minimum = "1", .maximum = "states_timeout_max_s", .fallback = "0",
     .help = "How long it may take."},
    {"HeartbeatSeconds", PROPERTY_TIME, AT(task.heartbeat_ns), .unit = "s", .minimum = "1", .maximum = "states_timeout_max_s",
     .fallback = "0", .help = "How long it may be silent."},
    {.name = "TimeoutSecondsPath", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct workflow_state, task.timeout_drawn)},
    {.name = "HeartbeatSecondsPath", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct workflow_state, task.heartbeat_drawn)},
    FILTERED,
    ACCEPTED("Credentials"),
    TRIED_AGAIN,
    FOLLOWED,
    ANY_STATE,
    {0},
};

static const struct property pass_keys[] = {
    ACCEPTED("Result"), ACCEPTED("ResultPath"), ACCEPTED("Parameters"), FOLLOWED, ANY_STATE, {0},
};

static const struct property choice_keys[] = {ACCEPTED("Choices"), ACCEPTED("Default"), ANY_STATE, {0}};

static const struct property wait_keys[] = {
    {"Seconds", PROPERTY_TIME, AT(wait_ns), .unit = "s", .minimum = "0", .maximum = "states_timeout_max_s",
     .given = PROPERTY_GIVEN(struct workflow_state, wait_given), .help = "How long."},
    {"Timestamp", PROPERTY_STRING, AT(timestamp), .help = "Until when."},
    {.name = "SecondsPath", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct workflow_state, wait_drawn)},
    {.name = "TimestampPath", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct workflow_state, wait_drawn)},
    FOLLOWED,
    ANY_STATE,
    {0},
};

static const struct property parallel_keys[] = {
    ACCEPTED("Branches"), FILTERED, TRIED_AGAIN, FOLLOWED, ANY_STATE, {0},
};

static const struct property batch_keys[] = {
    {"MaxItemsPerBatch", PROPERTY_INTEGER, AT(map.batch), .minimum = "1", .fallback = "1", .help = "Items of each child."},
    ACCEPTED("MaxItemsPerBatchPath"),
    ACCEPTED("MaxInputBytesPerBatch"),
    ACCEPTED("MaxInputBytesPerBatchPath"),
    ACCEPTED("BatchInput"),
    {0},
};

static const struct property reader_config_keys[] = {
    {"MaxItems", PROPERTY_INTEGER, AT(map.items_most), .minimum = "0", .help = "More are not read; 0: all are."},
    {.name = PROPERTY_ANY_KEY, .kind = PROPERTY_ACCEPTED},
    {0},
};

static const struct property reader_keys[] = {
    {"Resource", PROPERTY_STRING, AT(map.reader.resource), .required = true, .help = "what is called to get them"},
    {"ReaderConfig", PROPERTY_OBJECT, 0, .properties = reader_config_keys, .help = "What is in it."},
    ACCEPTED("Parameters"),
    ACCEPTED("Arguments"),
    {0},
};

static const struct property writer_keys[] = {
    {"Resource", PROPERTY_STRING, AT(map.writer.resource), .help = "What is called to put them there."},
    ACCEPTED("Parameters"),
    ACCEPTED("Arguments"),
    ACCEPTED("WriterConfig"),
    {0},
};

static const struct property map_keys[] = {
    {"MaxConcurrency", PROPERTY_INTEGER, AT(map.concurrency), .minimum = "0", .fallback = "0", .help = "At most so many at once."},
    {"ItemBatcher", PROPERTY_OBJECT, 0, .properties = batch_keys, .help = "Items are handled together."},
    {"ToleratedFailureCount", PROPERTY_INTEGER, AT(map.tolerated), .minimum = "0", .fallback = "-1", .help = "Failures that it bears."},
    {"ToleratedFailurePercentage", PROPERTY_NUMBER, AT(map.tolerated_share), .minimum = "0", .maximum = "100",
     .given = PROPERTY_GIVEN(struct workflow_state, map.tolerated_share_given), .help = "The same, of a hundred items."},
    ACCEPTED("MaxConcurrencyPath"),
    ACCEPTED("ToleratedFailureCountPath"),
    ACCEPTED("ToleratedFailurePercentagePath"),
    ACCEPTED("ItemProcessor"),
    ACCEPTED("Iterator"),
    ACCEPTED("Items"),
    ACCEPTED("ItemsPath"),
    ACCEPTED("ItemSelector"),
    {"ItemReader", PROPERTY_OBJECT, 0, .properties = reader_keys, .given = PROPERTY_GIVEN(struct workflow_state, map.has_reader),
     .help = "Where its items are."},
    {"ResultWriter", PROPERTY_OBJECT, 0, .properties = writer_keys, .given = PROPERTY_GIVEN(struct workflow_state, map.has_writer),
     .help = "Where its results go."},
    ACCEPTED("Label"),
    FILTERED,
    TRIED_AGAIN,
    FOLLOWED,
    ANY_STATE,
    {0},
};

static const struct property succeed_keys[] = {ANY_STATE, {0}};

static const struct property fail_keys[] = {
    {"Error", PROPERTY_STRING, AT(error), .help = "Its name."},
    ACCEPTED("ErrorPath"),
    ACCEPTED("Cause"),
    ACCEPTED("CausePath"),
    ANY_STATE,
    {0},
};

static const struct property *const keys_of[] = {
    [WORKFLOW_TASK] = task_keys,         [WORKFLOW_PASS] = pass_keys, [WORKFLOW_CHOICE] = choice_keys,   [WORKFLOW_WAIT] = wait_keys,
    [WORKFLOW_PARALLEL] = parallel_keys, [WORKFLOW_MAP] = map_keys,   [WORKFLOW_SUCCEED] = succeed_keys, [WORKFLOW_FAIL] = fail_keys,
};

#undef AT
#define AT(field) offsetof(struct workflow_head, field)

static const struct property processor_keys[] = {
    {"Mode", PROPERTY_ENUM, AT(processor.mode), .choices = modes, .fallback = "\"INLINE\"",
     .help = "DISTRIBUTED: in executions of their own."},
    {"ExecutionType", PROPERTY_ENUM, AT(processor.execution_type), .choices = execution_types, .fallback = "\"STANDARD\"",
     .help = "Theirs."},
    {0},
};

const struct property workflow_head_keys[] = {
    {"StartAt", PROPERTY_STRING, AT(start), .required = true, .help = "the name of the first state"},
    {.name = "States", .kind = PROPERTY_ACCEPTED, .required = true, .help = "write {\"First\": {\"Type\": \"Pass\", \"End\": true}}"},
    {"TimeoutSeconds", PROPERTY_TIME, AT(timeout_ns), .unit = "s", .minimum = "1", .maximum = "states_timeout_max_s", .fallback = "0",
     .help = "How long an execution may take."},
    {"ProcessorConfig", PROPERTY_OBJECT, 0, .properties = processor_keys, .help = "How a Map's items are handled."},
    ACCEPTED("Comment"),
    ACCEPTED("Version"),
    ACCEPTED("QueryLanguage"),
    {0},
};

const cJSON *workflow_inside(const cJSON *node, const char **key)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(node, "Type");
    const char *name = cJSON_IsString(type) ? type->valuestring : "";
    if (strcmp(name, "Parallel") == 0) {
        *key = "Branches";
    } else if (strcmp(name, "Map") == 0) {
        *key = cJSON_GetObjectItemCaseSensitive(node, "Iterator") && !cJSON_GetObjectItemCaseSensitive(node, "ItemProcessor")
                   ? "Iterator" /* as it was called before */
                   : "ItemProcessor";
    } else {
        *key = NULL;
        return NULL;
    }
    return cJSON_GetObjectItemCaseSensitive(node, *key);
}

#define PARAMETERS_MOST 64u
#define PARAMETERS_DEEPEST 6u
#define TEXT_MOST 4096u /* of what names something */

/* The texts in what a task is given, by their keys. */
static void collect(struct workflow_reading *reading, const cJSON *node, const char *name, unsigned depth,
                    struct workflow_parameter *parameters, size_t *count)
{
    const char *text = depth > 0 ? reference_text(reading->parse, node) : NULL;
    if (text && name && *count < PARAMETERS_MOST) {
        const char *filled = workflow_text(reading, text, TEXT_MOST);
        const char *kept = store_string(reading->parse->store, name);
        if (filled && kept)
            parameters[(*count)++] = (struct workflow_parameter){kept, filled};
        return;
    }
    for (const cJSON *item = text || depth == PARAMETERS_DEEPEST ? NULL : node->child; item; item = item->next)
        collect(reading, item, item->string ? item->string : name, depth + 1, parameters, count);
}

/* "arn:...:::service:putItem.pattern" taken apart; any other text has no service. */
static bool read_resource(struct workflow_reading *reading, const struct parse_path *path, struct workflow_task *task)
{
    const char *at = strstr(task->resource, ":::");
    char text[200], operation[80];
    if (!at)
        return true;
    snprintf(text, sizeof text, "%s", at + 3);
    char *pattern = strchr(text, '.');
    if (pattern)
        *pattern++ = '\0';
    char *action = strrchr(text, ':');
    if (!action)
        return true;
    *action++ = '\0';
    char *service = strrchr(text, ':');
    snprintf(operation, sizeof operation, "%.79s", action);
    if (operation[0] >= 'a' && operation[0] <= 'z')
        operation[0] = (char)(operation[0] - 'a' + 'A');
    task->service = store_string(reading->parse->store, service ? service + 1 : text);
    task->action = store_string(reading->parse->store, operation);
    task->pattern = pattern ? store_string(reading->parse->store, pattern) : NULL;
    if (strspn(operation, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != strlen(operation) || !operation[0])
        return true;
    cJSON *spelled = cJSON_CreateObject();
    bool good =
        spelled && cJSON_AddStringToObject(spelled, "op", operation) && content_choice_parse(reading->parse, spelled, path, &task->content);
    cJSON_Delete(spelled);
    return good;
}

static bool parse_task(struct workflow_reading *reading, const cJSON *node, const struct parse_path *path, struct workflow_task *task)
{
    static const char *const sources[] = {"Parameters", "Arguments"};
    struct workflow_parameter *parameters = store_alloc(reading->parse->store, PARAMETERS_MOST, sizeof *parameters);
    if (!parameters || !task->resource)
        return false;
    const char *filled = workflow_text(reading, task->resource, TEXT_MOST);
    task->resource = filled ? filled : task->resource;
    task->parameters = parameters;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        const cJSON *given = cJSON_GetObjectItemCaseSensitive(node, sources[i]);
        if (given)
            collect(reading, given, NULL, 0, parameters, &task->parameter_count);
    }
    if (task->heartbeat_ns > 0 && task->timeout_ns > 0 && task->heartbeat_ns >= task->timeout_ns) {
        struct parse_path inner = {path, "HeartbeatSeconds", 0};
        parse_error(reading->parse, cJSON_GetObjectItemCaseSensitive(node, "HeartbeatSeconds"), &inner, NULL,
                    "must be less than TimeoutSeconds");
        return false;
    }
    return read_resource(reading, path, task);
}

/* Whom a Map's reader or writer calls. */
static bool parse_access(struct workflow_reading *reading, const cJSON *node, const struct parse_path *path, const char *key, bool given,
                         struct workflow_task *task)
{
    struct parse_path inner = {path, key, 0};
    const cJSON *access = cJSON_GetObjectItemCaseSensitive(node, key);
    return !given || !task->resource || !cJSON_IsObject(access) || parse_task(reading, access, &inner, task);
}

static bool parse_wait(struct workflow_reading *reading, const cJSON *node, const struct parse_path *path, struct workflow_state *state)
{
    int given = state->wait_given + (state->timestamp != NULL) + state->wait_drawn;
    if (given == 1)
        return true;
    parse_error(reading->parse, node, path, "write \"Seconds\": 10", "a Wait has one of Seconds, Timestamp, SecondsPath and TimestampPath");
    return false;
}

/* JSONata says "{% ... %}" where the other language has a path: what it comes to is not known. */
static bool is_expression(const cJSON *node)
{
    return cJSON_IsString(node) && strncmp(node->valuestring, "{%", 2) == 0;
}

/* Those keys whose value is an expression are left out, as their paths have no effect either. */
static cJSON *without_expressions(const cJSON *node, struct workflow_state *state)
{
    static const char *const numbers[] = {"Seconds",
                                          "Timestamp",
                                          "TimeoutSeconds",
                                          "HeartbeatSeconds",
                                          "MaxConcurrency",
                                          "ToleratedFailureCount",
                                          "ToleratedFailurePercentage"};
    cJSON *copy = NULL;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!is_expression(cJSON_GetObjectItemCaseSensitive(node, numbers[i])))
            continue;
        if (!copy && !(copy = cJSON_Duplicate(node, true)))
            return NULL;
        cJSON_DeleteItemFromObjectCaseSensitive(copy, numbers[i]);
        state->wait_drawn = state->wait_drawn || i < 2;
        state->task.timeout_drawn = state->task.timeout_drawn || i == 2;
        state->task.heartbeat_drawn = state->task.heartbeat_drawn || i == 3;
    }
    return copy;
}

bool workflow_state_parse(struct workflow_reading *reading, const cJSON *node, const struct parse_path *path, struct workflow_state *state)
{
    struct parse *parse = reading->parse;
    size_t errors = parse->diagnostics->error_count;
    char *place = parse_path_text(path);
    const char *spelled = place ? strstr(place, ".Properties.") : NULL;
    state->name = store_string(parse->store, node->string);
    state->place = place ? store_string(parse->store, spelled ? spelled + strlen(".Properties.") : place) : NULL;
    free(place);
    if (!state->name || !state->place) {
        parse->failed = true;
        return false;
    }
    state->next = WORKFLOW_END;
    state->kind = -1;
    property_parse(parse, type_keys, node, node, path, NULL, state);
    if (state->kind < 0)
        return false;
    cJSON *copy = without_expressions(node, state);
    if (copy && parse->places)
        places_copy(parse->places, copy, parse->places, node);
    property_defaults(parse, keys_of[state->kind], state);
    property_parse(parse, keys_of[state->kind], copy ? copy : node, node, path, NULL, state);
    if (copy && parse->places)
        places_delete(parse->places, copy);
    else
        cJSON_Delete(copy);
    bool good = parse->diagnostics->error_count == errors;
    if (good && state->kind == WORKFLOW_TASK)
        good = parse_task(reading, node, path, &state->task);
    if (good && state->kind == WORKFLOW_MAP)
        good = parse_access(reading, node, path, "ItemReader", state->map.has_reader, &state->map.reader) &&
               parse_access(reading, node, path, "ResultWriter", state->map.has_writer, &state->map.writer);
    if (good && state->kind == WORKFLOW_WAIT)
        good = parse_wait(reading, node, path, state);
    return good;
}
