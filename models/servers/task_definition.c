/* task_definition.c: AWS::ECS::TaskDefinition: vCPUs, memory and storage of a task on Fargate.
 * Source: Amazon ECS Developer Guide, "Amazon ECS task definition parameters for Fargate" (which sizes there are); rules fargate_*. */
#include "task_definition.h"

#include "engine/model.h"
#include "engine/rule_book.h"
#include "scenario/validation.h"
#include "server_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTAINER(field) offsetof(struct task_container, field)
#define AT(field) offsetof(struct task_definition, field)

static const char *const architectures[] = {"X86_64", "ARM64", NULL};

static const struct property container_properties[] = {
    {"Name", PROPERTY_STRING, CONTAINER(name), .help = "Its name."},
    {"StopTimeout", PROPERTY_TIME, CONTAINER(stop_ns), .unit = "s", .minimum = "0", .maximum = "ecs_stop_timeout_max_s",
     .given = PROPERTY_GIVEN(struct task_container, stop_given),
     .help = "What it may still take once it has been told to stop. Left out: rule ecs_stop_timeout_s."},
    ACCEPTED("Command"),
    ACCEPTED("Cpu"),
    ACCEPTED("DependsOn"),
    ACCEPTED("DockerLabels"),
    ACCEPTED("EntryPoint"),
    ACCEPTED("Environment"),
    ACCEPTED("EnvironmentFiles"),
    ACCEPTED("Essential"),
    ACCEPTED("HealthCheck"),
    ACCEPTED("Image"),
    ACCEPTED("LinuxParameters"),
    ACCEPTED("LogConfiguration"),
    ACCEPTED("Memory"),
    ACCEPTED("MemoryReservation"),
    ACCEPTED("MountPoints"),
    ACCEPTED("PortMappings"),
    ACCEPTED("ReadonlyRootFilesystem"),
    ACCEPTED("RepositoryCredentials"),
    ACCEPTED("Secrets"),
    ACCEPTED("StartTimeout"),
    ACCEPTED("Ulimits"),
    ACCEPTED("User"),
    ACCEPTED("WorkingDirectory"),
    {0},
};

static const struct property platform_properties[] = {
    {"CpuArchitecture", PROPERTY_ENUM, AT(architecture), .choices = architectures, .fallback = "\"X86_64\"", .help = "Decides the price."},
    ACCEPTED("OperatingSystemFamily"),
    {0},
};

static const struct property storage_properties[] = {
    {"SizeInGiB", PROPERTY_INTEGER, AT(storage_gb), .minimum = "fargate_storage_min_gb", .maximum = "fargate_storage_max_gb",
     .fallback = "0", .help = "Beyond what is free it is billed."},
    {0},
};

static const struct property task_properties[] = {
    {"Cpu", PROPERTY_JSON, AT(cpu_text), .required = true, .help = "\"1024\" is a vCPU; \"1 vCPU\" is one, too."},
    {"Memory", PROPERTY_JSON, AT(memory_text), .required = true, .help = "In MiB, \"2048\"; or \"2 GB\"."},
    {"RuntimePlatform", PROPERTY_OBJECT, 0, .properties = platform_properties, .help = "On which processor it runs."},
    {"RequiresCompatibilities", PROPERTY_STRINGS, AT(compatibilities),
     .help = "FARGATE: one of the sizes that Fargate has; EC2: any size. Left out: as the services want that name it."},
    {"EphemeralStorage", PROPERTY_OBJECT, 0, .properties = storage_properties, .help = "Its storage."},
    {"ContainerDefinitions", PROPERTY_LIST, AT(containers), .properties = container_properties, .size = sizeof(struct task_container),
     .minimum = "0", .maximum = "10", .help = "Its containers."},
    ACCEPTED("EnableFaultInjection"),
    ACCEPTED("ExecutionRoleArn"),
    ACCEPTED("Family"),
    ACCEPTED("NetworkMode"),
    ACCEPTED("PidMode"),
    ACCEPTED("ProxyConfiguration"),
    ACCEPTED("Tags"),
    ACCEPTED("TaskRoleArn"),
    ACCEPTED("Volumes"),
    {0},
};

/* "1024", 1024, "1 vCPU": in units of which `whole` are one of the word; 0: it cannot be read. */
static double read_amount(const char *json, const char *word, double whole)
{
    char text[40], *end;
    size_t length = strlen(json);
    if (length >= 2 && json[0] == '"' && length < sizeof text) {
        snprintf(text, sizeof text, "%.*s", (int)(length - 2), json + 1);
        json = text;
    }
    if (*json < '0' || *json > '9')
        return 0;
    double amount = strtod(json, &end);
    while (*end == ' ')
        end++;
    if (*end == '\0')
        return amount;
    return strcmp(end, word) == 0 ? amount * whole : 0;
}

/* Is it among the sizes of a rule, "0.5 1 2" or "4 to 16 by 1"? */
static bool has_size(const char *list, double gib)
{
    double low, high, step;
    char *end;
    if (sscanf(list, "%lf to %lf by %lf", &low, &high, &step) == 3)
        return gib >= low && gib <= high && step > 0 && fmod(gib - low, step) == 0;
    for (const char *at = list; *at; at = *end ? end + 1 : end) {
        double size = strtod(at, &end);
        if (end == at)
            return false;
        if (size == gib)
            return true;
    }
    return false;
}

static bool asks_for(const struct task_definition *task, const char *word)
{
    for (size_t i = 0; i < task->compatibilities.count; i++)
        if (strcmp(task->compatibilities.items[i], word) == 0)
            return true;
    return false;
}

/* By what it says, or else by who names it. */
static bool is_for_fargate(const struct validation *validation, uint32_t entity)
{
    const struct task_definition *task = validation_config(validation, entity);
    if (task->compatibilities.count > 0)
        return asks_for(task, "FARGATE");
    for (uint32_t i = 0; i < validation_entity_count(validation); i++)
        if (model_is(validation_type(validation, i), SERVICE_TYPE) && service_is_on_instances(validation, i, entity))
            return false;
    return true;
}

/* On instances a task may have any size. Source: Amazon ECS Developer Guide, "Task definition parameters", "Task size". */
static void check_free_size(struct validation *validation, uint32_t entity, double units, double mib)
{
    const struct rule_book *rules = validation_rules(validation);
    double least = rule_number(rules, "ecs_task_cpu_min"), most = rule_number(rules, "ecs_task_cpu_max");
    char hint[120];
    if (units < least || units > most) {
        snprintf(hint, sizeof hint, "%g to %g CPU units; rules ecs_task_cpu_min and ecs_task_cpu_max", least, most);
        validation_error_of(validation, entity, "Cpu", hint, "a task on instances cannot have %g CPU units", units);
    }
    if (mib < rule_number(rules, "ecs_task_memory_min_mb")) {
        snprintf(hint, sizeof hint, "at least %g MiB; rule ecs_task_memory_min_mb", rule_number(rules, "ecs_task_memory_min_mb"));
        validation_error_of(validation, entity, "Memory", hint, "a task on instances cannot have %g MiB", mib);
    }
}

void task_read(struct validation *validation, uint32_t entity)
{
    struct task_definition *task = validation_config(validation, entity);
    char name[48];
    if (task->is_read || !task->cpu_text || !task->memory_text)
        return;
    double units = read_amount(task->cpu_text, "vCPU", 1024), mib = read_amount(task->memory_text, "GB", 1024);
    task->is_read = true;
    snprintf(name, sizeof name, "fargate_memory_gb_%g_vcpu", units / 1024);
    const struct rule *sizes = rule_find(validation_rules(validation), name);
    task->vcpus = units / 1024;
    task->memory_gib = mib / 1024;
    if (!is_for_fargate(validation, entity)) {
        check_free_size(validation, entity, units, mib);
        return;
    }
    if (!sizes || !sizes->text) {
        validation_error_of(validation, entity, "Cpu", "256, 512, 1024, 2048, 4096, 8192, 16384 or 32768: 1024 are one vCPU",
                            "Fargate has no tasks with Cpu %s", task->cpu_text);
    } else if (!has_size(sizes->text, mib / 1024)) {
        char hint[160];
        snprintf(hint, sizeof hint, "in GB: %.80s; rule %s", sizes->text, name);
        validation_error_of(validation, entity, "Memory", hint, "Fargate has no tasks of %g vCPU with Memory %s", units / 1024,
                            task->memory_text);
    }
}

static void task_validate(struct validation *validation, void *config)
{
    (void)config;
    task_read(validation, validation_self(validation));
}

const struct model_type task_definition_type = {
    .type = TASK_TYPE,
    .help = "What a task on Fargate has: services name it.",
    .size = sizeof(struct task_definition),
    .self_offset = AT(self),
    .properties = task_properties,
    .validate = task_validate,
};
