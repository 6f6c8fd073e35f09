/* function_files.c: what a function with FileSystemConfigs must have. Sources: Lambda developer guide, "Configuring Amazon EFS file system
 * access"; Lambda API, FileSystemConfig. Mounting itself is function_connect.c's. */
#include "function_files.h"

#include "engine/rule_book.h"
#include "function_state.h"
#include "scenario/validation.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define FILE_SYSTEM_TYPE "AWS::EFS::FileSystem"
#define ACCESS_POINT_TYPE "AWS::EFS::AccessPoint"
#define MOUNT_TARGET_TYPE "AWS::EFS::MountTarget"

#define AT(field) offsetof(struct function_file_system, field)

const struct property function_file_properties[] = {
    {"Arn", PROPERTY_STRING, AT(access_point), .required = true,
     .help = "The access point of the file system. One of another stack mounts at once, and nothing is known of it."},
    {"LocalMountPath", PROPERTY_STRING, AT(path), .required = true, .help = "Where the handler sees it: \"/mnt/models\"."},
    {0},
};

/* "/mnt/" and letters, digits, ".", "-", "_". */
static bool is_mount_path(const char *path)
{
    static const char head[] = "/mnt/";
    const char *name = path + sizeof head - 1;
    if (strncmp(path, head, sizeof head - 1) != 0 || !*name)
        return false;
    while (isalnum((unsigned char)*name) || (*name && strchr(".-_", *name)))
        name++;
    return !*name;
}

static void check_path(struct validation *validation, const char *property, const char *path)
{
    char key[120];
    size_t most = (size_t)rule_number(validation_rules(validation), "function_mount_path_max_chars");
    snprintf(key, sizeof key, "%s.LocalMountPath", property);
    if (!is_mount_path(path))
        validation_error(validation, key, "\"/mnt/\" and letters, digits, \".\", \"-\", \"_\": \"/mnt/models\"",
                         "a file system is mounted below /mnt, and \"%.100s\" is no such path", path);
    else if (strlen(path) > most)
        validation_error(validation, key, NULL, "a mount path may have %zu characters, and this has %zu", most, strlen(path));
}

/* The file system of an access point; ENTITY_NONE: it is not here, or there is something to complain of. */
static uint32_t find_file_system(struct validation *validation, const char *property, const char *arn, bool silent)
{
    char key[120];
    uint32_t access_point = validation_named(validation, arn);
    snprintf(key, sizeof key, "%s.Arn", property);
    if (access_point == ENTITY_NONE) {
        if (!silent)
            validation_warning(validation, key, "name an " ACCESS_POINT_TYPE " of the scenario",
                               "\"%.100s\" is not here: nothing limits its mounts, and no step can read it", arn);
        return ENTITY_NONE;
    }
    if (!model_is(validation_type(validation, access_point), ACCESS_POINT_TYPE)) {
        if (!silent)
            validation_error(validation, key, "name an " ACCESS_POINT_TYPE ": {\"Fn::GetAtt\": [\"AccessPoint\", \"Arn\"]}",
                             "a function mounts a file system by an access point, and %s is %s", validation_name(validation, access_point),
                             validation_type(validation, access_point)->type);
        return ENTITY_NONE;
    }
    const char *text = validation_text(validation, access_point, "FileSystemId");
    uint32_t found = text ? validation_named(validation, text) : ENTITY_NONE;
    return found != ENTITY_NONE && model_is(validation_type(validation, found), FILE_SYSTEM_TYPE) ? found : ENTITY_NONE;
}

static bool has_target(const struct validation *validation, uint32_t file_system)
{
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        const char *text = model_is(validation_type(validation, i), MOUNT_TARGET_TYPE)
                               ? validation_text((struct validation *)validation, i, "FileSystemId")
                               : NULL;
        if (text && validation_named(validation, text) == file_system)
            return true;
    }
    return false;
}

static bool in_vpc(const struct validation *validation, const struct function_config *config)
{
    return config->whole == ENTITY_NONE ? validation_written(validation, "VpcConfig")
                                        : validation_written_of(validation, config->whole, "VpcConfig");
}

static void check_network(struct validation *validation, const struct function_config *config, uint32_t file_system)
{
    if (!in_vpc(validation, config) && !validation_allowed(validation, "file_system_vpc"))
        validation_error(validation, "FileSystemConfigs", "add VpcConfig, or allow_invalid: [\"file_system_vpc\"]: then no mount succeeds",
                         "a function must be in a VPC to mount a file system");
    if (file_system != ENTITY_NONE && !has_target(validation, file_system) && !validation_allowed(validation, "file_system_target"))
        validation_error(validation, "FileSystemConfigs",
                         "add an " MOUNT_TARGET_TYPE ", or allow_invalid: [\"file_system_target\"]: then no mount succeeds",
                         "%s has no mount target", validation_name(validation, file_system));
}

static bool is_mounted(const struct function_config *config, uint32_t target)
{
    const struct function_file_system *mounts = config->file_systems.items;
    for (size_t i = 0; i < config->file_systems.count; i++)
        if (mounts[i].file_system == target)
            return true;
    return false;
}

struct file_check {
    struct validation *validation;
    const struct function_config *config;
};

/* A step that reads or writes a file system reads one that is mounted. */
static void check_step(void *context, struct step *step, const char *place)
{
    const struct file_check *check = context;
    struct validation *validation = check->validation;
    const struct step_call *call = step->kind == STEP_CALL ? step->call : NULL;
    if (!call || call->target == ENTITY_NONE || !model_is(validation_type(validation, call->target), FILE_SYSTEM_TYPE))
        return;
    const char *name = validation_name(validation, call->target);
    char key[220];
    snprintf(key, sizeof key, "%s.connect", place);
    if (!is_mounted(check->config, call->target))
        validation_error(validation, place, "add FileSystemConfigs, whose Arn names an access point of it",
                         "%s is a file system that the function does not mount", name);
    else if (call->connect_given && call->connect == CONNECT_INVOCATION)
        validation_error(validation, key, "leave it out", "%s is mounted in INIT, not in the invocation", name);
}

void function_files_validate(struct validation *validation, struct function_config *config, bool silent)
{
    struct function_file_system *mounts = config->file_systems.items;
    for (size_t i = 0; i < config->file_systems.count; i++) {
        char property[60];
        snprintf(property, sizeof property, "FileSystemConfigs[%zu]", i);
        mounts[i].file_system =
            mounts[i].access_point ? find_file_system(validation, property, mounts[i].access_point, silent) : ENTITY_NONE;
        config->mounts_nothing = !in_vpc(validation, config);
        if (silent)
            continue;
        if (mounts[i].path)
            check_path(validation, property, mounts[i].path);
        if (mounts[i].access_point)
            check_network(validation, config, mounts[i].file_system);
    }
    if (!silent) {
        steps_visit(&config->init_steps, "behavior.init_steps", check_step, &(struct file_check){validation, config});
        steps_visit(&config->handler.steps, "behavior.steps", check_step, &(struct file_check){validation, config});
    }
}
