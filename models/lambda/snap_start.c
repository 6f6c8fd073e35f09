/* snap_start.c: SnapStart: a published version is initialised once, and its environments are restored from the snapshot.
 * Sources: rules snapstart_* and restore_timeout_s, which cite the Lambda developer guide, "Improving startup performance with Lambda
 * SnapStart" and its pages on monitoring and troubleshooting, and the price page. */
#include "snap_start.h"

#include "function_runtime.h"
#include "lambda_kinds.h"
#include "scenario/validation.h"

#include <string.h>

#define AT(field) offsetof(struct function, config.field)

static const char *const apply_on[] = {"None", "PublishedVersions", NULL};

const char *const function_refusals[] = {"snapstart_file_system",
                                         "snapstart_tmp",
                                         "snapstart_image",
                                         "snapstart_runtime",
                                         "snapstart_provisioned",
                                         "response_streaming",
                                         "permission",
                                         "file_system_vpc",
                                         "file_system_target",
                                         "package",
                                         "code_unchanged",
                                         NULL};

const struct property snap_start_properties[] = {
    {"ApplyOn", PROPERTY_ENUM, AT(snap_start), .choices = apply_on, .fallback = "\"None\"",
     .help = "PublishedVersions: environments of versions are restored from a snapshot instead of running INIT."},
    {0},
};

void snap_start_init(struct simulation *simulation, struct function *function)
{
    const struct function_config *config = &function->config;
    const struct rule_book *rules = simulation->settings->rules;
    function->restores = config->whole != ENTITY_NONE && config->snap_start == SNAP_START_PUBLISHED_VERSIONS;
    if (!function->restores)
        return;
    function->restores_free = function_runtime_listed(rule_text(rules, "snapstart_free_runtimes"), config->runtime);
    function->restore_limit_ns = rule_ns(rules, "restore_timeout_s");
    function->restore_billed_share = rule_number(rules, "snapstart_restore_billed_share");
}

void snap_start_publish(struct simulation *simulation, struct function *function)
{
    if (function->restores && !function->restores_free && function->metrics.snapshot_mb.level == 0)
        gauge_add(&function->metrics.snapshot_mb, simulation->now_ns, function->config.memory_mb);
}

/* Has it a version, or an alias that will have one? */
static bool is_published(const struct validation *validation, const struct function_config *config)
{
    uint32_t self = validation_self(validation);
    if (config->published_alias || config->whole != ENTITY_NONE)
        return true;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (is_version_type(validation_type(validation, i)) &&
            ((const struct function *)validation_config(validation, i))->config.whole == self)
            return true;
    }
    return false;
}

static void refuse(struct validation *validation, const char *refusal, const char *hint, const char *why)
{
    if (!validation_allowed(validation, refusal))
        validation_error(validation, "SnapStart.ApplyOn", hint, "SnapStart does not go with %s", why);
}

static void check_storage(struct validation *validation, const struct function_config *config)
{
    double most_mb = rule_number(validation_rules(validation), "snapstart_tmp_max_mb");
    if ((double)config->storage_mb > most_mb && !validation_allowed(validation, "snapstart_tmp"))
        validation_error(validation, "EphemeralStorage.Size", "make it smaller, or allow_invalid: [\"snapstart_tmp\"]",
                         "SnapStart does not go with more than %.0f MB of ephemeral storage, got %lld", most_mb,
                         (long long)config->storage_mb);
}

void snap_start_validate(struct validation *validation, const struct function_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    const char *runtimes = rule_text(rules, "snapstart_runtimes");
    if (config->snap_start != SNAP_START_PUBLISHED_VERSIONS)
        return;
    if (config->file_systems.count > 0)
        refuse(validation, "snapstart_file_system", "leave FileSystemConfigs out, or allow_invalid: [\"snapstart_file_system\"]",
               "a file system");
    check_storage(validation, config);
    if (config->package.type == PACKAGE_IMAGE) {
        if (!rule_flag(rules, "snapstart_images"))
            refuse(validation, "snapstart_image", "package it as a zip, or allow_invalid: [\"snapstart_image\"]", "container images");
    } else if (!function_runtime_listed(runtimes, config->runtime) && !validation_allowed(validation, "snapstart_runtime")) {
        validation_error(validation, "SnapStart.ApplyOn", "choose another Runtime, or allow_invalid: [\"snapstart_runtime\"]",
                         "SnapStart does not go with %s; it is for %s", config->runtime, runtimes);
    }
    if (!is_published(validation, config))
        validation_warning(validation, "SnapStart.ApplyOn", "add AutoPublishAlias, and call the alias",
                           "SnapStart has no effect: it is for published versions, and there is none");
}
