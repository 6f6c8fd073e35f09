/* function_files.h: the file system that a function's environments mount. */
#ifndef SLSIM_LAMBDA_FUNCTION_FILES_H
#define SLSIM_LAMBDA_FUNCTION_FILES_H

#include "function_config.h"

struct validation;

/* One of FileSystemConfigs. */
struct function_file_system {
    const char *access_point, *path;
    uint32_t file_system; /* by function_files_validate: that of the access point; ENTITY_NONE: it is not in the scenario */
};

extern const struct property function_file_properties[];

/* Finds the file systems, and judges what must be there for them: a VPC, an access point, a mount target; and that no step reads another.
 * `silent`: it was said of its function. */
void function_files_validate(struct validation *validation, struct function_config *config, bool silent);

#endif
