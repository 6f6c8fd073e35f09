/* task_definition.h: what tasks are made of. Private to this folder. */
#ifndef SLSIM_SERVERS_TASK_DEFINITION_H
#define SLSIM_SERVERS_TASK_DEFINITION_H

#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

#define TASK_TYPE "AWS::ECS::TaskDefinition"

enum task_architecture { TASK_X86_64, TASK_ARM64 };

/* One of ContainerDefinitions. */
struct task_container {
    const char *name;
    int64_t stop_ns;
    bool stop_given;
};

struct task_definition {
    uint32_t self;
    const char *cpu_text, *memory_text; /* as CloudFormation has them: "1024", "1 vCPU", "2048", "2 GB" */
    int architecture;
    int64_t storage_gb;
    struct string_list compatibilities; /* RequiresCompatibilities */
    struct property_list containers;    /* of struct task_container */

    /* by `validate` */
    bool is_read;
    double vcpus, memory_gib;
};

struct validation;

/* Reads the size, once; complains at the definition, of what Fargate has not where it is for that. */
void task_read(struct validation *validation, uint32_t entity);

#endif
