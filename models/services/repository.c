/* repository.c: AWS::CodeCommit::Repository: its triggers, on pushes and on branches and tags that come and go.
 * Source: AWS CodeCommit User Guide, "Manage triggers for a repository"; rules codecommit_*. */
#include "service.h"

#include <stdio.h>
#include <string.h>

struct trigger {
    uint32_t destination;
    struct string_list events, branches;
    struct content_set matches;
    struct outlet outlet;
};

struct repository {
    struct service service;
    struct property_list triggers; /* of struct trigger */
};

static const char *const repository_events[] = {"all", "updateReference", "createReference", "deleteReference"};

#define TRIGGER(field) offsetof(struct trigger, field)

static const struct property trigger_properties[] = {
    {"DestinationArn", PROPERTY_REFERENCE, TRIGGER(destination), .required = true, .help = "The function or topic."},
    {"Events", PROPERTY_STRINGS, TRIGGER(events), .required = true,
     .help = "all, updateReference (a push), createReference, deleteReference; a source's `operation` says which its items are."},
    {"Branches", PROPERTY_STRINGS, TRIGGER(branches), .help = "Only of these; a source's `object_key` says the branch. Left out: of all."},
    ACCEPTED("CustomData"),
    ACCEPTED("Name"),
    {0},
};

static const struct property repository_properties[] = {
    {"Triggers", PROPERTY_LIST, offsetof(struct repository, triggers), .properties = trigger_properties, .size = sizeof(struct trigger),
     .minimum = "0", .maximum = "codecommit_triggers_max", .help = "Who is told of what."},
    ACCEPTED("Code"),
    ACCEPTED("KmsKeyId"),
    ACCEPTED("RepositoryDescription"),
    ACCEPTED("RepositoryName"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property repository_behavior[] = {SERVICE_DELAY(struct repository, "codecommit_delay"), {0}};
static const struct metric_type repository_metrics[] = {SERVICE_METRICS(struct repository), {0}};

static bool lists(const struct string_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

static bool is_wanted(const struct content *content, const void *context)
{
    const struct trigger *trigger = context;
    const char *event = content->operation ? content->operation : "updateReference";
    if (content->object_key && trigger->branches.count > 0 && !lists(&trigger->branches, content->object_key))
        return false;
    return lists(&trigger->events, "all") || lists(&trigger->events, event);
}

static void check_events(struct validation *validation, const struct trigger *trigger, size_t number)
{
    char property[60];
    snprintf(property, sizeof property, "Triggers[%zu].Events", number);
    for (size_t i = 0; i < trigger->events.count; i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof repository_events / sizeof *repository_events; k++)
            known = known || strcmp(repository_events[k], trigger->events.items[i]) == 0;
        if (!known)
            validation_error(validation, property, "one of all, updateReference, createReference, deleteReference",
                             "a repository has no event \"%s\"", trigger->events.items[i]);
    }
    if (trigger->events.count > 1 && lists(&trigger->events, "all"))
        validation_error(validation, property, NULL, "\"all\" stands alone");
}

static void repository_validate(struct validation *validation, void *config)
{
    struct repository *repository = config;
    struct trigger *triggers = repository->triggers.items;
    repository->service.part = "trigger";
    for (size_t i = 0; i < repository->triggers.count; i++) {
        char property[60];
        snprintf(property, sizeof property, "Triggers[%zu].DestinationArn", i);
        check_events(validation, &triggers[i], i);
        validation_contents_where(validation, is_wanted, &triggers[i], &triggers[i].matches);
        triggers[i].outlet.matches = &triggers[i].matches;
        service_tell(validation, &repository->service, validation_self(validation), property, &triggers[i].outlet, triggers[i].destination,
                     KIND_FUNCTION | KIND_TOPIC);
    }
}

const struct model_type repository_type = {
    .type = "AWS::CodeCommit::Repository",
    .help = "A repository's triggers: each arrival of a source is a push.",
    .size = sizeof(struct repository),
    .self_offset = offsetof(struct repository, service.self),
    .properties = repository_properties,
    .behavior = repository_behavior,
    .metrics = repository_metrics,
    .validate = repository_validate,
    SERVICE_FUNCTIONS,
};
