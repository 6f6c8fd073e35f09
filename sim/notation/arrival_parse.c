/* arrival_parse.c: the arrival processes that are spelled by numbers, by a table of names. */
#include "notation/arrival_parse.h"

#include "engine/sim_time.h"
#include "notation/arrival_spelling.h"
#include "notation/distribution_parse.h"
#include "notation/instant_parse.h"
#include "notation/value_parse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USERS_MOST 10000000
#define BURST_MOST 1000000000

/* A rate above 0. */
static bool parse_rate(struct parse *parse, const cJSON *node, const struct parse_path *path, double *rate_per_s)
{
    if (!value_parse(parse, QUANTITY_RATE, NULL, node, path, rate_per_s))
        return false;
    if (*rate_per_s > 0)
        return true;
    parse_error(parse, node, path, NULL, "must be above 0");
    return false;
}

/* A time in whole ns of at least `least_ns`. */
static bool parse_time(struct parse *parse, const cJSON *node, const struct parse_path *path, int64_t least_ns, int64_t *time_ns)
{
    double ns = 0;
    if (!value_parse(parse, QUANTITY_TIME, NULL, node, path, &ns))
        return false;
    *time_ns = time_from_double(ns);
    if (*time_ns >= least_ns)
        return true;
    parse_error(parse, node, path, NULL, "must be above 0");
    return false;
}

static bool parse_count(struct parse *parse, const cJSON *node, const struct parse_path *path, int64_t most, int64_t *count)
{
    if (!value_parse_integer(parse, NULL, node, path, count))
        return false;
    if (*count >= 1 && *count <= most)
        return true;
    parse_error(parse, node, path, NULL, "must be between 1 and %lld, got %lld", (long long)most, (long long)*count);
    return false;
}

static bool parse_constant(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process)
{
    process->kind = ARRIVAL_CONSTANT;
    return parse_rate(parse, node, path, &process->rate_per_s);
}

static bool parse_poisson(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process)
{
    process->kind = ARRIVAL_POISSON;
    return parse_rate(parse, node, path, &process->rate_per_s);
}

/* One stage; `rate` is what the stage before ended with. Only the first may say `from`. */
static bool parse_stage(struct parse *parse, const cJSON *node, const struct parse_path *path, bool first, double *rate,
                        struct stage *stage)
{
    static const char *const names[] = {"for", "to", "from"};
    const cJSON *members[3];
    struct parse_path for_path = {path, "for", 0}, to_path = {path, "to", 0}, from_path = {path, "from", 0};
    if (!parse_members(parse, node, path, names, 1, 3, members))
        return false;
    bool good = parse_time(parse, members[0], &for_path, 0, &stage->for_ns);
    if (members[2] && !first) {
        parse_key_error(parse, members[2], &from_path,
                        "a stage begins where the one before ended; {\"for\": \"0s\", \"to\": ...} is a step",
                        "only the first stage can say \"from\"");
        good = false;
    } else if (members[2]) {
        good = value_parse(parse, QUANTITY_RATE, NULL, members[2], &from_path, rate) && good;
    }
    stage->from_per_s = *rate;
    good = (!members[1] || value_parse(parse, QUANTITY_RATE, NULL, members[1], &to_path, rate)) && good;
    stage->to_per_s = *rate;
    return good;
}

static bool parse_stages(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process)
{
    process->kind = ARRIVAL_STAGES;
    if (!parse_expect_list(parse, node, path, "write [{\"for\": \"5m\", \"to\": \"100/s\"}, ...]"))
        return false;
    size_t count = (size_t)cJSON_GetArraySize(node), i = 0;
    if (count == 0) {
        parse_error(parse, node, path, NULL, "needs at least one stage");
        return false;
    }
    process->stages = calloc(count, sizeof *process->stages);
    parse->failed = parse->failed || !process->stages;
    bool good = process->stages != NULL;
    double rate = 0;
    for (const cJSON *item = node->child; item && process->stages; item = item->next, i++) {
        struct parse_path inner = {path, NULL, i};
        good = parse_stage(parse, item, &inner, i == 0, &rate, &process->stages[i]) && good;
    }
    process->count = i;
    return good;
}

/* "14:00" or "14:00:30" as ns since midnight. */
static bool parse_time_of_day(struct parse *parse, const cJSON *node, const struct parse_path *path, int64_t *time_ns)
{
    int hour = -1, minute = -1, second = 0, used = 0, more = 0;
    char shown[PARSE_SHOWN];
    const char *text = cJSON_IsString(node) ? node->valuestring : "";
    if (sscanf(text, "%2d:%2d%n", &hour, &minute, &used) == 2 && text[used] == ':' && sscanf(text + used, ":%2d%n", &second, &more) == 1)
        used += more;
    if (used == 0 || text[used] != '\0' || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
        parse_error(parse, node, path, "write \"14:00\"", "must be a time of day, got %s", parse_show(node, shown));
        return false;
    }
    *time_ns = (((int64_t)hour * 60 + minute) * 60 + second) * NS_PER_S;
    return true;
}

static bool parse_diurnal(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process)
{
    static const char *const names[] = {"mean", "peak", "peak_at"};
    const cJSON *members[3];
    struct parse_path mean_path = {path, names[0], 0}, peak_path = {path, names[1], 0}, at_path = {path, names[2], 0};
    double peak = 0;
    process->kind = ARRIVAL_DIURNAL;
    process->epoch_s = parse->start_epoch_s;
    if (!parse_members(parse, node, path, names, 3, 3, members))
        return false;
    bool good = parse_rate(parse, members[0], &mean_path, &process->rate_per_s);
    good = parse_rate(parse, members[1], &peak_path, &peak) && good;
    good = parse_time_of_day(parse, members[2], &at_path, &process->peak_at_ns) && good;
    if (good && diurnal_kappa(peak / process->rate_per_s, &process->kappa) != STATUS_OK) {
        parse_error(parse, members[1], &peak_path, NULL, "must be between \"mean\" and 1000 times it");
        good = false;
    }
    return good;
}

/* Fills a new array from a list: rates, or (`times`) times above 0. */
static double *parse_numbers(struct parse *parse, const cJSON *node, const struct parse_path *path, bool times, size_t *count)
{
    if (!parse_expect_list(parse, node, path, times ? "write [\"10m\", \"1m\"]" : "write [\"10/s\", \"200/s\"]"))
        return NULL;
    double *values = calloc((size_t)cJSON_GetArraySize(node) + 1, sizeof *values);
    bool good = values != NULL;
    parse->failed = parse->failed || !values;
    *count = 0;
    for (const cJSON *item = node->child; item && values; item = item->next, ++*count) {
        struct parse_path inner = {path, NULL, *count};
        bool read = value_parse(parse, times ? QUANTITY_TIME : QUANTITY_RATE, NULL, item, &inner, &values[*count]);
        if (read && times && !(values[*count] > 0)) {
            parse_error(parse, item, &inner, NULL, "must be above 0");
            read = false;
        }
        good = good && read;
    }
    if (good)
        return values;
    free(values);
    return NULL;
}

static bool parse_mmpp(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process)
{
    static const char *const names[] = {"rates", "mean_stay"};
    const cJSON *members[2];
    struct parse_path rates_path = {path, names[0], 0}, stay_path = {path, names[1], 0};
    size_t stays = 0;
    process->kind = ARRIVAL_MMPP;
    if (!parse_members(parse, node, path, names, 2, 2, members))
        return false;
    process->rates_per_s = parse_numbers(parse, members[0], &rates_path, false, &process->count);
    process->mean_stay_ns = parse_numbers(parse, members[1], &stay_path, true, &stays);
    if (!process->rates_per_s || !process->mean_stay_ns)
        return false;
    if (process->count >= 2 && process->count == stays)
        return true;
    parse_error(parse, node, path, NULL, "needs at least two rates, and a mean stay for each: got %zu and %zu", process->count, stays);
    return false;
}

static bool parse_bursts(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process)
{
    static const char *const names[] = {"size", "every"};
    const cJSON *members[2];
    struct parse_path size_path = {path, names[0], 0}, every_path = {path, names[1], 0};
    int64_t size = 0;
    process->kind = ARRIVAL_BURSTS;
    if (!parse_members(parse, node, path, names, 2, 2, members))
        return false;
    bool good = parse_count(parse, members[0], &size_path, BURST_MOST, &size);
    process->burst_size = good ? (uint64_t)size : 1;
    return parse_time(parse, members[1], &every_path, 1, &process->every_ns) && good;
}

/* "rate(5 minutes)": a whole number of at least 1; the singular goes with 1 only, and where that is all that is wrong, `hint` (of
 * PARSE_SHOWN bytes) says so. */
static bool read_rate_expression(const char *text, int64_t *every_ns, char *hint)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"minute", NS_PER_MIN}, {"hour", NS_PER_HOUR}, {"day", NS_PER_DAY}};
    char unit[16];
    int count = 0, used = 0;
    if (sscanf(text, "rate( %6d %15[a-z] )%n", &count, unit, &used) != 2 || used == 0 || text[used] != '\0' || count < 1)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = strlen(units[i].name);
        const char *ending = unit + length, *right = count == 1 ? "" : "s";
        if (strncmp(unit, units[i].name, length) != 0 || (ending[0] != '\0' && strcmp(ending, "s") != 0))
            continue;
        *every_ns = count * units[i].ns;
        if (strcmp(ending, right) == 0)
            return true;
        snprintf(hint, PARSE_SHOWN, "%d takes the %s: \"rate(%d %s%s)\"", count, count == 1 ? "singular" : "plural", count, units[i].name,
                 right);
        return false;
    }
    return false;
}

static bool parse_schedule(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process)
{
    static const char forms[] = "write \"rate(5 minutes)\", \"rate(1 hour)\" or \"cron(0 12 * * ? *)\"";
    char shown[PARSE_SHOWN], hint[PARSE_SHOWN] = "", error[200] = "";
    const char *text = cJSON_IsString(node) ? node->valuestring : "";
    size_t length = strlen(text);
    process->epoch_s = parse->start_epoch_s;
    process->kind = ARRIVAL_RATE;
    if (read_rate_expression(text, &process->every_ns, hint))
        return true;
    if (length < 6 || length > 300 || strncmp(text, "cron(", 5) != 0 || text[length - 1] != ')') {
        parse_error(parse, node, path, hint[0] != '\0' ? hint : forms, "must be a schedule, got %s", parse_show(node, shown));
        return false;
    }
    char fields[300];
    snprintf(fields, sizeof fields, "%.*s", (int)(length - 6), text + 5);
    process->kind = ARRIVAL_CRON;
    if (cron_parse(fields, &process->cron, error, sizeof error) == STATUS_OK)
        return true;
    parse_error(parse, node, path, "as in \"cron(0 12 * * ? *)\", at noon of every day", "%s", error);
    return false;
}

/* The schedules of a service of their own: what goes by a rate starts at once, and at() is a single time. */
static bool parse_scheduler(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process)
{
    char shown[PARSE_SHOWN], instant[32];
    int used = 0;
    const char *text = cJSON_IsString(node) ? node->valuestring : "";
    if (strncmp(text, "at(", 3) != 0) {
        bool good = parse_schedule(parse, node, path, process);
        if (process->kind == ARRIVAL_RATE) {
            process->kind = ARRIVAL_BURSTS;
            process->burst_size = 1;
        }
        return good;
    }
    int64_t *at_ns = store_alloc(parse->store, 1, sizeof *at_ns);
    if (!at_ns) {
        parse->failed = true;
        return false;
    }
    if (sscanf(text, "at(%31[-0-9T:])%n", instant, &used) != 1 || used == 0 || text[used] != '\0' ||
        !instant_since(instant, parse->start_epoch_s, at_ns)) {
        parse_error(parse, node, path, "write \"at(2025-01-01T12:00:00)\"", "must be a time in UTC, got %s", parse_show(node, shown));
        return false;
    }
    if (*at_ns < 0)
        parse_warning(parse, node, path, "it would have to be after `start`", "that time is over when the simulation begins");
    process->kind = ARRIVAL_TRACE;
    process->times_ns = at_ns;
    process->count = *at_ns < 0 ? 0 : 1;
    return true;
}

static bool parse_users(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process)
{
    static const char *const names[] = {"count", "think"};
    const cJSON *members[2];
    struct parse_path count_path = {path, names[0], 0}, think_path = {path, names[1], 0};
    int64_t users = 0;
    process->kind = ARRIVAL_USERS;
    if (!parse_members(parse, node, path, names, 2, 2, members))
        return false;
    bool good = parse_count(parse, members[0], &count_path, USERS_MOST, &users);
    process->users = good ? (uint32_t)users : 1;
    process->think = distribution_parse(parse, DISTRIBUTION_OF_TIME, NULL, members[1], &think_path);
    return good && process->think;
}

static const struct {
    const char *name;
    bool (*parse)(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process);
} processes[] = {
    {"constant", parse_constant},   {"poisson", parse_poisson}, {"stages", parse_stages},           {"diurnal", parse_diurnal},
    {"mmpp", parse_mmpp},           {"bursts", parse_bursts},   {"schedule", parse_schedule},       {"users", parse_users},
    {"scheduler", parse_scheduler}, {"trace", arrival_trace},   {"per_minute", arrival_per_minute},
};

static void release_process(void *pointer)
{
    arrival_process_free(pointer);
}

const struct arrival_process *arrival_parse(struct parse *parse, const char *name, const cJSON *value, const struct parse_path *path)
{
    struct arrival_process *process = calloc(1, sizeof *process);
    if (!store_own(parse->store, process, release_process) || !process) {
        parse->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < sizeof processes / sizeof *processes; i++)
        if (strcmp(processes[i].name, name) == 0)
            return processes[i].parse(parse, value, path, process) ? process : NULL;
    parse_error(parse, value, path, NULL, "\"%s\" is no arrival process", name);
    return NULL;
}
