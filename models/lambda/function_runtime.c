/* function_runtime.c: which runtimes there are, and how long Lambda takes functions of each: after its deprecation a runtime's functions
 * run on, but first no new ones are created, later none is updated. Source: Lambda developer guide, "Lambda runtimes": "Runtime use after
 * deprecation" and its two tables, which rules runtimes_* hold. */
#include "function_runtime.h"

#include "engine/rule_book.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNTIMES_MOST 64u
#define RUNTIME_NAME 40u
#define DAY_SIZE 11u /* "2023-03-31" */

static const struct rule *init_rule(const struct rule_book *rules, const char *runtime, int package_type, int architecture)
{
    char name[160];
    snprintf(name, sizeof name, "init_%.80s_%s_%s", runtime, package_type == PACKAGE_IMAGE ? "image" : "zip",
             architecture == ARCHITECTURE_ARM64 ? "arm64" : "x86_64");
    return rule_find(rules, name);
}

const struct rule *function_runtime_init(const struct rule_book *rules, const struct function_config *config)
{
    return init_rule(rules, config->runtime, config->package.type, config->architecture);
}

/* "python3.13": a family of 6 letters, 3, 13. */
struct version {
    size_t family;
    long major, minor;
};

static struct version version_of(const char *runtime)
{
    struct version version = {.family = strcspn(runtime, "0123456789+. ")};
    char *end;
    version.major = strtol(runtime + version.family, &end, 10);
    version.minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    return version;
}

static bool same_family(const char *a, const char *b)
{
    size_t length = version_of(a).family;
    return length == version_of(b).family && strncmp(a, b, length) == 0;
}

/* Negative, 0, positive: as strcmp has it. */
static int by_version(const char *a, const char *b)
{
    struct version left = version_of(a), right = version_of(b);
    if (left.major != right.major)
        return left.major < right.major ? -1 : 1;
    return (left.minor > right.minor) - (left.minor < right.minor);
}

bool function_runtime_listed(const char *list, const char *runtime)
{
    for (const char *word = list; *word; word += strcspn(word, " "), word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        bool later = length > 0 && word[length - 1] == '+', whole = version_of(word).family == length;
        if (!same_family(word, runtime))
            continue;
        if (whole || by_version(runtime, word) == 0 || (later && by_version(runtime, word) > 0))
            return true;
    }
    return false;
}

/* The runtimes that the rules know. */
static size_t list_runtimes(const struct rule_book *rules, char names[RUNTIMES_MOST][RUNTIME_NAME])
{
    static const char prefix[] = "init_", suffix[] = "_zip_x86_64";
    size_t count = 0;
    for (size_t i = 0; i < rules->count && count < RUNTIMES_MOST; i++) {
        const char *name = rules->rules[i].name;
        size_t length = strlen(name);
        if (strncmp(name, prefix, sizeof prefix - 1) == 0 && length >= sizeof prefix + sizeof suffix &&
            strcmp(name + length - (sizeof suffix - 1), suffix) == 0)
            snprintf(names[count++], RUNTIME_NAME, "%.*s", (int)(length - (sizeof prefix - 1) - (sizeof suffix - 1)),
                     name + sizeof prefix - 1);
    }
    return count;
}

/* The day that the rule, words "RUNTIME:DAY", has for this one; false: none. */
static bool day_of(const struct rule_book *rules, const char *rule, const char *runtime, char day[DAY_SIZE])
{
    size_t length = strlen(runtime);
    for (const char *word = rule_text(rules, rule); *word; word += strcspn(word, " "), word += strspn(word, " "))
        if (strncmp(word, runtime, length) == 0 && word[length] == ':') {
            snprintf(day, DAY_SIZE, "%.10s", word + length + 1);
            return true;
        }
    return false;
}

/* Has that day come by the book? Days in ISO's form compare as text. */
static bool is_past(const struct rule_book *rules, const char *rule, const char *runtime, char day[DAY_SIZE])
{
    return day_of(rules, rule, runtime, day) && strcmp(day, rule_text(rules, "runtimes_day")) <= 0;
}

/* The family's latest that is in support; the name is `names`'s. */
static const char *latest_of(const struct rule_book *rules, const char *runtime, char names[RUNTIMES_MOST][RUNTIME_NAME])
{
    char day[DAY_SIZE];
    const char *latest = NULL;
    size_t count = list_runtimes(rules, names);
    for (size_t i = 0; i < count; i++)
        if (same_family(names[i], runtime) && !is_past(rules, "runtimes_deprecated", names[i], day) &&
            (!latest || by_version(names[i], latest) > 0))
            latest = names[i];
    return latest;
}

/* The nearest runtime, or all of them. */
static void hint_of_runtimes(const struct rule_book *rules, const char *runtime, char *hint, size_t size)
{
    char names[RUNTIMES_MOST][RUNTIME_NAME];
    const char *list[RUNTIMES_MOST];
    size_t count = list_runtimes(rules, names);
    for (size_t i = 0; i < count; i++)
        list[i] = names[i];
    const char *near = validation_nearest(runtime, list, count);
    size_t length = (size_t)snprintf(hint, size, near ? "did you mean \"%s\"?" : "known:", near);
    for (size_t i = 0; !near && i < count && length < size; i++)
        length += (size_t)snprintf(hint + length, size - length, " %s", names[i]);
}

static void hint_of_latest(const struct rule_book *rules, const char *runtime, char *hint, size_t size)
{
    char names[RUNTIMES_MOST][RUNTIME_NAME];
    const char *latest = latest_of(rules, runtime, names);
    if (latest)
        snprintf(hint, size, "%.40s is the latest of its language", latest);
    else
        snprintf(hint, size, "a runtime of the operating system alone, such as provided.al2023, or a container image");
}

/* .NET's versions between those with long support: never withdrawn, for they were never managed. */
static bool only_in_images(const struct rule_book *rules, const char *runtime)
{
    char day[DAY_SIZE];
    return day_of(rules, "runtimes_deprecated", runtime, day) && !day_of(rules, "runtimes_no_create", runtime, day);
}

bool function_runtime_exists(struct validation *validation, const struct function_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    const char *runtime = config->runtime;
    char hint[1024], day[DAY_SIZE];
    bool image = config->package.type == PACKAGE_IMAGE, of_images = only_in_images(rules, runtime);
    if (init_rule(rules, runtime, PACKAGE_ZIP, ARCHITECTURE_X86_64) || (image && of_images))
        return true;
    if (of_images) {
        validation_error(validation, "Runtime", "PackageType: \"Image\"", "%s is there for container images only", runtime);
    } else if (day_of(rules, "runtimes_no_create", runtime, day)) {
        hint_of_latest(rules, runtime, hint, sizeof hint);
        validation_error(validation, "Runtime", hint, "%s is a Lambda runtime no more: no function is created with it since %s", runtime,
                         day);
    } else {
        hint_of_runtimes(rules, runtime, hint, sizeof hint);
        validation_error(validation, "Runtime", hint, "%s is no Lambda runtime", runtime);
    }
    return false;
}

void function_runtime_check(struct validation *validation, const struct function_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    const char *runtime = config->runtime;
    char deprecated[DAY_SIZE], created[DAY_SIZE], updated[DAY_SIZE], hint[1024];
    bool zip = config->package.type == PACKAGE_ZIP; /* of images nothing is refused */
    if (!validation_written(validation, "Runtime") || !is_past(rules, "runtimes_deprecated", runtime, deprecated))
        return;
    hint_of_latest(rules, runtime, hint, sizeof hint);
    if (zip && is_past(rules, "runtimes_no_update", runtime, updated))
        validation_warning(validation, "Runtime", hint,
                           "%s is out of support: AWS refuses to create a function with it, and since %s to update one; one that is there "
                           "runs on",
                           runtime, updated);
    else if (zip && is_past(rules, "runtimes_no_create", runtime, created))
        validation_warning(validation, "Runtime", hint,
                           "%s is out of support: AWS refuses to create a function with it since %s; one that is there runs on", runtime,
                           created);
    else
        validation_warning(validation, "Runtime", hint, "%s is deprecated since %s: it gets no more patches", runtime, deprecated);
}

void function_runtime_base(struct validation *validation, const char *property, const char *runtime)
{
    const struct rule_book *rules = validation_rules(validation);
    char day[DAY_SIZE], hint[1024];
    if (!is_past(rules, "runtimes_deprecated", runtime, day))
        return;
    hint_of_latest(rules, runtime, hint, sizeof hint);
    validation_warning(validation, property, hint, "the base image of %.60s is out of support since %s", runtime, day);
}
