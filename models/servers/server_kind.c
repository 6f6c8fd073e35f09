/* server_kind.c: the kinds of instances that a group mixes, by MixedInstancesPolicy's Overrides: their weights, which of them comes next
 * and which goes, and what is measured of each: "Fleet/c5.large".
 * Sources: Amazon EC2 Auto Scaling User Guide, "Auto Scaling groups with multiple instance types and purchase options", "Configuring
 * instance weighting"; API reference, InstancesDistribution; rules asg_*. Assumptions: models know no prices, so where the cheapest are
 * asked for Overrides stand in the order of their price; and every type has room on Spot, so where the deepest pools are asked for they
 * are all as deep, and get as many. */
#include "server_kind.h"

#include "engine/rule_book.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(struct server_override, field)

static const struct property override_template_properties[] = {
    {"LaunchTemplateId", PROPERTY_REFERENCE, AT(launch_template), .help = "Without effect: InstanceType says what it has."},
    {"LaunchTemplateName", PROPERTY_REFERENCE, AT(launch_template), .help = "The same."},
    ACCEPTED("Version"),
    {0},
};

const struct property server_override_properties[] = {
    {"InstanceType", PROPERTY_STRING, AT(type), .help = "\"m5.large\": one of the types that the group may launch."},
    {"WeightedCapacity", PROPERTY_JSON, AT(weight),
     .help = "\"2\": for so many units of the group's sizes it counts. Of all Overrides or of none; left out each is one."},
    {"LaunchTemplateSpecification", PROPERTY_OBJECT, 0, .properties = override_template_properties, .help = "Another template."},
    PROPERTY_LATER_ROW("InstanceRequirements", "instance types by what they have"),
    PROPERTY_LATER_ROW("ImageId", "an image of one type alone"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct kind_figures, field)

static const struct metric_type kind_metrics[] = {
    {"slsim", "InServiceInstances", "Count", METRIC_GAUGE, AT(in_service), .help = "Instances of this type in service."},
    {"slsim", "InServiceSpotInstances", "Count", METRIC_GAUGE, AT(spot), .help = "Of them, those on Spot."},
    {"slsim", "SpotInterruptions", "Count", METRIC_COUNT, AT(interrupted), .help = "Instances on Spot that were taken back."},
    {NULL, "surplus", "None", METRIC_GAUGE, AT(surplus), .help = ""},
    {NULL, "billed", "None", METRIC_GAUGE, AT(billed), .help = ""},
    {NULL, "billed Spot", "None", METRIC_GAUGE, AT(billed_spot), .help = ""},
    {NULL, "least time", "None", METRIC_COUNT, AT(extra_ns), .help = ""},
    {NULL, "least time of Spot", "None", METRIC_COUNT, AT(extra_spot_ns), .help = ""},
    {0},
};

static const struct model_type kind_type = {
    .type = "instance type",
    .help = "One of the instance types that a group mixes, by its name.",
    .size = sizeof(struct kind_figures),
    .self_offset = AT(self),
    .metrics = kind_metrics,
};

static uint32_t parts_of(const void *config)
{
    const struct servers *servers = config;
    return servers->kind_count > 1 ? servers->kind_count : 0;
}

static const char *part_name(const void *config, uint32_t index)
{
    return ((const struct servers *)config)->kinds[index].type;
}

const struct inner_parts server_kind_parts = {
    .type = &kind_type,
    .name = "type",
    .count = parts_of,
    .name_of = part_name,
    .first_offset = offsetof(struct servers, first_kind),
};

struct kind_figures *server_kind_figures(const struct simulation *simulation, const struct servers *servers, uint32_t kind)
{
    return servers->kind_count > 1 ? entity_state(simulation, servers->first_kind + kind) : NULL;
}

/* "2" or 2; 0: it is neither, or out of bounds. */
static int64_t read_weight(const char *json, double most)
{
    char *end;
    bool quoted = *json == '"';
    long long weight = strtoll(json + quoted, &end, 10);
    return end > json + quoted && strcmp(end, quoted ? "\"" : "") == 0 && weight >= 1 && (double)weight <= most ? weight : 0;
}

static void resolve_kind(struct validation *validation, struct servers *servers, uint32_t index)
{
    const struct rule_book *rules = validation_rules(validation);
    const struct server_override *override = &((const struct server_override *)servers->overrides.items)[index];
    struct server_kind *kind = &servers->kinds[index];
    char place[120];
    *kind = (struct server_kind){.type = override->type, .size = servers->size, .weight = 1};
    snprintf(place, sizeof place, "MixedInstancesPolicy.LaunchTemplate.Overrides[%u].InstanceType", index);
    if (!kind->type) {
        kind->type = "none";
        snprintf(place, sizeof place, "MixedInstancesPolicy.LaunchTemplate.Overrides[%u]", index);
        validation_error(validation, place, "write \"InstanceType\": \"m5.large\"", "says not of which type instances are");
    } else if (!server_size_of(rules, kind->type, &kind->size)) {
        server_size_unknown(validation, place, kind->type);
        kind->size = servers->size;
    }
    for (uint32_t i = 0; i < index; i++)
        if (strcmp(servers->kinds[i].type, kind->type) == 0) {
            validation_error(validation, place, "name each type once", "there is another override of %s", kind->type);
            servers->kind_count = index; /* parts have names of their own */
            return;
        }
    snprintf(place, sizeof place, "MixedInstancesPolicy.LaunchTemplate.Overrides[%u].WeightedCapacity", index);
    if (override->weight && (kind->weight = read_weight(override->weight, rule_number(rules, "asg_weight_max"))) == 0) {
        char hint[80];
        snprintf(hint, sizeof hint, "\"1\" to \"%g\"; rule asg_weight_max", rule_number(rules, "asg_weight_max"));
        validation_error(validation, place, hint, "must be a whole number in quotes, got %.40s", override->weight);
        kind->weight = 1;
    }
}

/* Of all or of none. Source: API reference, LaunchTemplateOverrides. */
static void check_weights(struct validation *validation, const struct servers *servers)
{
    const struct server_override *list = servers->overrides.items;
    for (size_t i = 1; i < servers->overrides.count; i++)
        if ((list[i].weight != NULL) != (list[0].weight != NULL)) {
            validation_error(validation, "MixedInstancesPolicy.LaunchTemplate.Overrides", "give each a WeightedCapacity, or none",
                             "some types have a weight and others have none");
            return;
        }
}

void server_kinds_resolve(struct validation *validation, struct servers *servers)
{
    uint32_t count = servers->overrides.count > 0 ? (uint32_t)servers->overrides.count : 1;
    servers->kinds = validation_alloc(validation, count, sizeof *servers->kinds);
    servers->kind_count = servers->kinds ? count : 0;
    for (uint32_t i = 0; i < servers->kind_count; i++) {
        if (servers->overrides.count == 0)
            servers->kinds[i] = (struct server_kind){.type = servers->instance_type, .size = servers->size, .weight = 1};
        else
            resolve_kind(validation, servers, i);
        servers->weight_most = servers->kinds[i].weight > servers->weight_most ? servers->kinds[i].weight : servers->weight_most;
    }
    check_weights(validation, servers);
}

/* Among the first `pools` kinds the one that has the least there. */
uint32_t server_kinds_next(const struct servers *servers, bool spot)
{
    uint32_t best = 0, pools = spot ? servers->spot_pools_used : 1;
    for (uint32_t i = 1; i < pools; i++)
        if (servers->kinds_here[i].spot < servers->kinds_here[best].spot)
            best = i;
    return best;
}

/* Of so many units those on demand: the base first, then the share. Source: Amazon EC2 Auto Scaling User Guide, "Allocation strategies". */
static int64_t on_demand_of(const struct servers *servers, int64_t units)
{
    int64_t above = units - servers->on_demand_base;
    return above > 0 ? servers->on_demand_base + (above * servers->on_demand_percent + 99) / 100 : units;
}

bool server_kinds_next_is_spot(const struct servers *servers)
{
    return servers->is_mixed && servers->here - servers->here_spot >= on_demand_of(servers, servers->here + 1);
}

/* Which is to go: one that still boots, the newest of them; then by the policy. Of all, or only of those on Spot or on demand (`spot`
 * points to which). UINT32_MAX: none is there. */
static uint32_t choose_of(const struct servers *servers, const bool *spot)
{
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < servers->end; i++) {
        const struct server *server = &servers->list[i], *other = best == UINT32_MAX ? NULL : &servers->list[best];
        bool newer = other && server->ordinal > other->ordinal;
        if ((server->phase != SERVER_BOOTING && server->phase != SERVER_RUNNING) || (spot && server->spot != *spot) ||
            (servers->protects_guests && server->guests > 0))
            continue;
        if (!other || (server->phase == SERVER_BOOTING && other->phase == SERVER_RUNNING))
            best = i;
        else if (server->phase == other->phase && newer == (server->phase == SERVER_BOOTING || servers->termination == RETIRE_NEWEST))
            best = i;
    }
    return best;
}

/* By the default policy first such as brings the share on Spot nearer to what it should be. Source: Amazon EC2 Auto Scaling User Guide,
 * "Default termination policy". */
uint32_t server_kinds_leaver(const struct servers *servers)
{
    uint32_t which = UINT32_MAX;
    if (servers->is_mixed && servers->aligns) {
        bool spot = servers->here - servers->here_spot <= on_demand_of(servers, servers->wanted);
        which = choose_of(servers, &spot);
    }
    return which == UINT32_MAX ? choose_of(servers, NULL) : which;
}
