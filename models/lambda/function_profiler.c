/* function_profiler.c: CodeGuru Profiler is on where a variable names its group and the agent's layer is there, as the console sets both,
 * with the policy AmazonCodeGuruProfilerAgentAccess. It takes a little of the handler's time. Sources: Lambda developer guide, "Using
 * CodeGuru Profiler with your Lambda function"; CodeGuru Profiler user guide; rules profiler_*. */
#include "function_profiler.h"

#include "engine/rule_book.h"
#include "function_rights.h"
#include "function_runtime.h"
#include "function_state.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "AWS_CODEGURU_PROFILER_"

/* The variable that names the group, and whether any other of the profiler's is there. */
static const char *group_variable(const struct package_config *package, bool *any)
{
    const struct environment_variable *variables = package->variables.items;
    const char *group = NULL;
    *any = false;
    for (size_t i = 0; i < package->variables.count; i++) {
        const char *name = variables[i].name;
        if (!name || strncmp(name, PREFIX, sizeof PREFIX - 1) != 0)
            continue;
        *any = true;
        if (strcmp(name, PREFIX "GROUP_NAME") == 0 || strcmp(name, PREFIX "GROUP_ARN") == 0)
            group = name;
    }
    return group;
}

static bool has_layer(const struct package_config *package)
{
    for (size_t i = 0; i < package->layers.count; i++)
        if (package->layers.items[i] && strstr(package->layers.items[i], "AWSCodeGuruProfiler"))
            return true;
    return false;
}

static void check(struct validation *validation, const struct function_config *config, bool layer)
{
    const char *runtimes = rule_text(validation_rules(validation), "profiler_runtimes");
    if (!function_runtime_listed(runtimes, config->runtime))
        validation_warning(validation, "Environment.Variables", "leave the profiler's variables out",
                           "CodeGuru Profiler is for Java and Python (%s), not for %s", runtimes, config->runtime);
    if (config->architecture == ARCHITECTURE_ARM64)
        validation_warning(validation, "Architectures", "Architectures: [\"x86_64\"]", "CodeGuru Profiler is for functions on x86_64");
    if (!layer && config->package.type == PACKAGE_ZIP)
        validation_warning(validation, "Environment.Variables",
                           "Layers: the ARN of AWSCodeGuruProfilerJavaAgentLayer or of AWSCodeGuruProfilerPythonAgentLambdaLayer",
                           "the profiler's variables are there, and its layer is not: nothing is profiled");
}

void function_profiler_validate(struct validation *validation, struct function_config *config, bool silent)
{
    bool any, layer = has_layer(&config->package), by_sam;
    const char *group = group_variable(&config->package, &any);
    if (!any && !layer)
        return;
    if (!group) {
        if (!silent)
            validation_warning(validation, any ? "Environment.Variables" : "Layers", "add the variable " PREFIX "GROUP_NAME",
                               "CodeGuru Profiler needs the name of its group: nothing is profiled");
        return;
    }
    if (!silent && config->runtime)
        check(validation, config, layer);
    if (!layer && config->package.type == PACKAGE_ZIP)
        return;
    config->profiled = rule_number(validation_rules(validation), "profiler_overhead");
    uint32_t role = function_role(validation, validation_self(validation), &by_sam);
    if (role != ENTITY_NONE)
        validation_may(validation, &(struct deed){.from = validation_self(validation),
                                                  .holder = role,
                                                  .target = ENTITY_NONE,
                                                  .action = "codeguru-profiler:PostAgentProfile",
                                                  .resource = "arn:aws:codeguru-profiler:us-east-1:123456789012:profilingGroup/x",
                                                  .by_number = true,
                                                  .silent = silent,
                                                  .property = "Environment.Variables"});
}
