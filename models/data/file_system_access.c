/* file_system_access.c: AWS::EFS::MountTarget and AWS::EFS::AccessPoint: the ways to a file system. They say whose they are, and nothing
 * passes through them that is measured. */
#include "file_system_state.h"

#include "notation/property.h"
#include "scenario/validation.h"

struct file_system_access {
    uint32_t file_system;
};

#define AT(field) offsetof(struct file_system_access, field)
#define TARGET_TYPE "AWS::EFS::MountTarget"

static const struct property target_properties[] = {
    {"FileSystemId", PROPERTY_REFERENCE, AT(file_system), .required = true, .help = "The file system that it leads to."},
    ACCEPTED("IpAddress"),
    ACCEPTED("IpAddressType"),
    ACCEPTED("Ipv6Address"),
    ACCEPTED("SecurityGroups"),
    ACCEPTED("SubnetId"),
    {0},
};

static const struct property access_point_properties[] = {
    {"FileSystemId", PROPERTY_REFERENCE, AT(file_system), .required = true, .help = "The file system that it leads to."},
    ACCEPTED("AccessPointTags"),
    ACCEPTED("ClientToken"),
    ACCEPTED("PosixUser"),
    ACCEPTED("RootDirectory"),
    {0},
};

bool file_system_has_target(const struct validation *validation, uint32_t file_system)
{
    for (uint32_t i = 0; i < validation_entity_count(validation); i++)
        if (model_is(validation_type(validation, i), TARGET_TYPE) &&
            ((const struct file_system_access *)validation_config(validation, i))->file_system == file_system)
            return true;
    return false;
}

static void access_validate(struct validation *validation, void *blob)
{
    const struct file_system_access *access = blob;
    if (access->file_system != ENTITY_NONE && !model_is(validation_type(validation, access->file_system), FILE_SYSTEM_TYPE))
        validation_error(validation, "FileSystemId", "name an " FILE_SYSTEM_TYPE, "%s is %s",
                         validation_name(validation, access->file_system), validation_type(validation, access->file_system)->type);
}

const struct model_type mount_target_type = {
    .type = TARGET_TYPE,
    .help = "Where a file system is mounted in a subnet: without one nobody can mount it.",
    .size = sizeof(struct file_system_access),
    .properties = target_properties,
    .validate = access_validate,
};

const struct model_type access_point_type = {
    .type = "AWS::EFS::AccessPoint",
    .help = "By which a function mounts a file system: what the Arn of FileSystemConfigs names.",
    .size = sizeof(struct file_system_access),
    .properties = access_point_properties,
    .validate = access_validate,
};
