/* fake_models.h: a registry of small model types, so that scenarios can be tested without the real ones; and scenarios in temporary
 * folders.
 */
#ifndef SLSIM_TESTS_FAKE_MODELS_H
#define SLSIM_TESTS_FAKE_MODELS_H

#include "engine/arrival.h"
#include "engine/model.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "measure/tally.h"
#include "notation/property.h"
#include "parse_fixture.h"
#include "scenario/scenario.h"
#include "scenario/validation.h"

struct fake_account {
    int64_t limit;
    struct gauge used;
};

struct fake_worker {
    int64_t memory_mb, timeout_ns;
    const char *note;
    uint32_t next;
    const struct distribution *duration, *init;
    const char *qualifier; /* of `next`: what validate found */
    uint32_t account, self;
    struct counter calls, hidden;
    struct tally took, bytes;
};

struct fake_table {
    int64_t capacity;
    struct counter reads;
};

struct fake_source {
    const char *name;
    uint32_t target;
    const struct arrival_process *process;
    int64_t from_ns;
    struct counter sent, lost;
};

static const struct property fake_account_properties[] = {
    {.name = "Limit", .kind = PROPERTY_INTEGER, .offset = offsetof(struct fake_account, limit), .minimum = "1", .fallback = "1000"},
    {0},
};
static const struct metric_type fake_account_metrics[] = {
    {"fake", "Used", "Count", METRIC_GAUGE, offsetof(struct fake_account, used), .levels = 1, .help = "Used."},
    {0},
};

static const struct property fake_worker_properties[] = {
    {.name = "MemorySize",
     .kind = PROPERTY_INTEGER,
     .offset = offsetof(struct fake_worker, memory_mb),
     .unit = "MB",
     .minimum = "128",
     .maximum = "10240",
     .fallback = "128",
     .help = "Memory."},
    {.name = "Timeout",
     .kind = PROPERTY_TIME,
     .offset = offsetof(struct fake_worker, timeout_ns),
     .unit = "s",
     .minimum = "1",
     .maximum = "900",
     .fallback = "3",
     .help = "The longest run."},
    {.name = "Note", .kind = PROPERTY_STRING, .offset = offsetof(struct fake_worker, note)},
    {.name = "Next", .kind = PROPERTY_REFERENCE, .offset = offsetof(struct fake_worker, next)},
    {.name = "Tags", .kind = PROPERTY_ACCEPTED},
    {0},
};
static const struct property fake_worker_behavior[] = {
    {.name = "duration", .kind = PROPERTY_TIME_DISTRIBUTION, .offset = offsetof(struct fake_worker, duration), .help = "How long."},
    {.name = "init", .kind = PROPERTY_TIME_DISTRIBUTION, .offset = offsetof(struct fake_worker, init), .fallback = "\"1ms\""},
    {0},
};
static const struct metric_type fake_worker_metrics[] = {
    {"fake", "Calls", "Count", METRIC_COUNT, offsetof(struct fake_worker, calls), .help = "Calls."},
    {"fake", "Took", "Milliseconds", METRIC_TALLY, offsetof(struct fake_worker, took), .help = "Time."},
    {"fake", "Age", "Seconds", METRIC_TALLY, offsetof(struct fake_worker, took), .help = "Age."},
    {"fake", "Took.Longest", "Seconds", METRIC_TALLY, offsetof(struct fake_worker, took), .help = "A name with a dot."},
    {"fake", "Size", "Bytes", METRIC_TALLY, offsetof(struct fake_worker, bytes), .help = "Size."},
    {"fake", "Rate", "Percent", METRIC_PERCENT, offsetof(struct fake_worker, calls), offsetof(struct fake_worker, calls), .help = "Share."},
    {NULL, "Hidden", "Count", METRIC_COUNT, offsetof(struct fake_worker, hidden), .help = NULL},
    {0},
};

/* Looks at neighbours and complains where it is told to. */
static void fake_worker_validate(struct validation *validation, void *config)
{
    struct fake_worker *worker = config;
    worker->self = validation_self(validation);
    worker->account = validation_find(validation, "account");
    worker->qualifier = validation_qualifier(validation, "Next");
    if (worker->memory_mb == 1000 && !validation_allowed(validation, "odd_memory"))
        validation_error(validation, "MemorySize", "allow_invalid", "memory of %d is odd", 1000);
    if (worker->memory_mb == 1001)
        validation_error(validation, "behavior.init", NULL, "init is odd");
    if (worker->memory_mb == 1002)
        validation_warning(validation, NULL, NULL, "%s is odd", validation_name(validation, worker->self));
}

static const char *const fake_refusals[] = {"odd_memory", NULL};

static const struct model_type fake_worker_type = {
    .type = "Fake::Compute::Worker",
    .service = "Fake Compute",
    .help = "Works.",
    .size = sizeof(struct fake_worker),
    .properties = fake_worker_properties,
    .behavior = fake_worker_behavior,
    .metrics = fake_worker_metrics,
    .refusals = fake_refusals,
    .validate = fake_worker_validate,
};

static const struct property fake_table_properties[] = {
    {.name = "Capacity", .kind = PROPERTY_INTEGER, .offset = offsetof(struct fake_table, capacity), .required = true, .help = "How much."},
    {0},
};
static const struct metric_type fake_table_metrics[] = {
    {"fake", "Reads", "Count", METRIC_COUNT, offsetof(struct fake_table, reads), .help = "Reads."},
    {0},
};
/* It has one part. */
static void fake_table_check_part(struct validation *validation, const char *property, const void *config, const char *qualifier)
{
    (void)config;
    if (strcmp(qualifier, "index") != 0)
        validation_error(validation, property, NULL, "there is no \"%s\"", qualifier);
}

static const struct model_type fake_table_type = {
    .type = "Fake::Storage::Table",
    .size = sizeof(struct fake_table),
    .properties = fake_table_properties,
    .metrics = fake_table_metrics,
    .check_part = fake_table_check_part,
};

static const struct property fake_source_properties[] = {
    {.name = "name", .kind = PROPERTY_STRING, .offset = offsetof(struct fake_source, name), .required = true, .help = "Its name."},
    {.name = "target", .kind = PROPERTY_REFERENCE, .offset = offsetof(struct fake_source, target), .required = true, .help = "Whom."},
    {.name = "constant", .kind = PROPERTY_ARRIVAL, .offset = offsetof(struct fake_source, process)},
    {.name = "poisson", .kind = PROPERTY_ARRIVAL, .offset = offsetof(struct fake_source, process)},
    {.name = "per_minute", .kind = PROPERTY_ARRIVAL, .offset = offsetof(struct fake_source, process)},
    {.name = "from", .kind = PROPERTY_TIME, .offset = offsetof(struct fake_source, from_ns)},
    {0},
};
static const struct metric_type fake_source_metrics[] = {
    {"fake", "Sent", "Count", METRIC_COUNT, offsetof(struct fake_source, sent), .help = "Sent."},
    {"fake", "LostRate", "Percent", METRIC_PERCENT, offsetof(struct fake_source, lost), offsetof(struct fake_source, sent),
     .help = "Lost."},
    {0},
};

static const struct model_type fake_account_type = {
    .type = "account", .size = sizeof(struct fake_account), .properties = fake_account_properties, .metrics = fake_account_metrics};
static const struct model_type fake_source_type = {
    .type = "traffic", .size = sizeof(struct fake_source), .properties = fake_source_properties, .metrics = fake_source_metrics};

static const struct model_type *const fake_resources[] = {&fake_worker_type, &fake_table_type, NULL};
static const struct model_registry fake_registry = {
    .resources = fake_resources,
    .account = &fake_account_type,
    .source = &fake_source_type,
    .fleet_type = "Fake::Compute::Worker",
};

/* A scenario in a folder of its own, loaded. */
struct loaded {
    char folder[64];
    struct diagnostics diagnostics;
    struct scenario *scenario;
    enum status status;
};

static inline void folder_make(struct loaded *loaded)
{
    *loaded = (struct loaded){.folder = "/tmp/slsim-test-XXXXXX"};
    assert_non_null(mkdtemp(loaded->folder));
}

static inline void scenario_read(struct loaded *loaded, const char *text, const struct scenario_options *options)
{
    char path[200];
    write_file(loaded->folder, "s.json", text);
    snprintf(path, sizeof path, "%s/s.json", loaded->folder);
    diagnostics_fini(&loaded->diagnostics);
    loaded->diagnostics = (struct diagnostics){0};
    scenario_free(loaded->scenario);
    loaded->status = scenario_load(path, options, &fake_registry, &loaded->diagnostics, &loaded->scenario);
    assert_true((loaded->status == STATUS_OK) == (loaded->scenario != NULL));
    assert_true((loaded->status == STATUS_OK) == (loaded->diagnostics.error_count == 0));
}

static inline void folder_remove(struct loaded *loaded)
{
    remove_file(loaded->folder, "s.json");
    assert_int_equal(rmdir(loaded->folder), 0);
    diagnostics_fini(&loaded->diagnostics);
    scenario_free(loaded->scenario);
}

/* A scenario that must be fine. */
static inline void scenario_good(struct loaded *loaded, const char *text)
{
    scenario_read(loaded, text, NULL);
    if (loaded->status != STATUS_OK)
        diagnostics_print(&loaded->diagnostics, stderr, false);
    assert_int_equal(loaded->status, STATUS_OK);
}

/* Wrong scenarios (each between `before` and `after`), with what is said of it, where and with what hint. */
struct mistake {
    const char *text, *path, *message, *hint;
};

static inline void scenario_mistakes(const char *before, const char *after, const struct mistake *mistakes, size_t count)
{
    struct loaded loaded;
    char text[4000];
    folder_make(&loaded);
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%s%s%s", before, mistakes[i].text, after);
        scenario_read(&loaded, text, NULL);
        if (loaded.status != STATUS_INVALID)
            fail_msg("%s: is not refused", text);
        if (!diagnosed(&loaded.diagnostics, 0, 0, mistakes[i].message) || !hinted(&loaded.diagnostics, mistakes[i].hint))
            fail_msg("%s: wants \"%s\" and the hint \"%s\"", text, mistakes[i].message, mistakes[i].hint);
        bool there = false;
        for (size_t k = 0; k < loaded.diagnostics.count; k++)
            there = there || (strcmp(loaded.diagnostics.list[k].path, mistakes[i].path) == 0 &&
                              strstr(loaded.diagnostics.list[k].message, mistakes[i].message));
        if (!there) {
            diagnostics_print(&loaded.diagnostics, stderr, false);
            fail_msg("%s: wants the path %s", text, mistakes[i].path);
        }
    }
    folder_remove(&loaded);
}

#endif
