/* cdn_groups.c: origin groups: who is in one, and when the second of it is asked. Sources: CloudFront developer guide, "Optimize high
 * availability with CloudFront origin failover" (two origins; the statuses that may be chosen: rule cloudfront_failover_codes), "Quotas"
 * (rule cloudfront_origin_groups_max), and the API's own refusal of methods that write (rule cloudfront_origin_groups_max's source). */
#include "cdn_state.h"

#include "engine/rule_book.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS 2

size_t cdn_origin_named(const struct cdn *cdn, const char *id)
{
    const struct cdn_origin *origins = cdn->origins.items;
    for (size_t i = 0; id && i < cdn->origins.count; i++)
        if (origins[i].id && strcmp(origins[i].id, id) == 0)
            return i;
    return SIZE_MAX;
}

const struct cdn_origin_group *cdn_group_named(const struct cdn *cdn, const char *id)
{
    const struct cdn_origin_group *groups = cdn->groups.items;
    for (size_t i = 0; id && i < cdn->groups.count; i++)
        if (groups[i].id && strcmp(groups[i].id, id) == 0)
            return &groups[i];
    return NULL;
}

bool cdn_group_takes_over(const struct cdn_origin_group *group, int status)
{
    const int64_t *codes = group->codes.items;
    for (size_t i = 0; i < group->codes.count; i++)
        if (codes[i] == status)
            return true;
    return false;
}

static bool is_choice(const char *list, int64_t code)
{
    char *end;
    for (const char *at = list; at && *at; at = end) {
        const long choice = strtol(at, &end, 10);
        if (end == at)
            break;
        if (choice == code)
            return true;
    }
    return false;
}

static void check_codes(struct validation *validation, const struct cdn_origin_group *group, size_t index)
{
    const char *choices = rule_text(validation_rules(validation), "cloudfront_failover_codes");
    const int64_t *codes = group->codes.items;
    for (size_t i = 0; i < group->codes.count; i++) {
        char property[140], hint[120];
        if (is_choice(choices, codes[i]))
            continue;
        snprintf(property, sizeof property, "DistributionConfig.OriginGroups.Items[%zu].FailoverCriteria.StatusCodes.Items[%zu]", index, i);
        snprintf(hint, sizeof hint, "any of %s (rule cloudfront_failover_codes)", choices);
        validation_error(validation, property, hint, "CloudFront does not fail over for status %lld", (long long)codes[i]);
    }
}

static void check_members(struct validation *validation, const struct cdn *cdn, const struct cdn_origin_group *group, size_t index)
{
    const char *const *members = group->members.items;
    const struct cdn_origin *origins = cdn->origins.items;
    for (size_t i = 0; i < group->members.count; i++) {
        char property[120], hint[120];
        snprintf(property, sizeof property, "DistributionConfig.OriginGroups.Items[%zu].Members.Items[%zu].OriginId", index, i);
        snprintf(hint, sizeof hint, "an origin's Id, such as \"%.60s\"", cdn->origins.count > 0 && origins[0].id ? origins[0].id : "site");
        if (cdn_origin_named(cdn, members[i]) == SIZE_MAX)
            validation_error(validation, property, hint, "there is no origin \"%.60s\"", members[i] ? members[i] : "");
        else if (i > 0 && members[0] && strcmp(members[0], members[i]) == 0)
            validation_error(validation, property, "name two origins, the first choice first", "\"%.60s\" cannot stand in for itself",
                             members[i]);
    }
}

void cdn_check_groups(struct validation *validation, struct cdn *cdn)
{
    const struct cdn_origin_group *groups = cdn->groups.items;
    for (size_t i = 0; i < cdn->groups.count; i++) {
        char property[80];
        snprintf(property, sizeof property, "DistributionConfig.OriginGroups.Items[%zu].Id", i);
        if (cdn_origin_named(cdn, groups[i].id) != SIZE_MAX || cdn_group_named(cdn, groups[i].id) != &groups[i])
            validation_error(validation, property, "give each group and each origin an Id of its own", "there are two of Id \"%.60s\"",
                             groups[i].id ? groups[i].id : "");
        check_codes(validation, &groups[i], i);
        check_members(validation, cdn, &groups[i], i);
    }
}

/* What writes would not be taken over, and AWS takes no behavior that lets it come. */
static void check_methods(struct validation *validation, const struct cdn_behavior *behavior, const char *place)
{
    static const char *const reading[] = {"GET", "HEAD", "OPTIONS"};
    char property[160];
    if (validation_allowed(validation, "origin_group_methods"))
        return;
    for (size_t i = 0; i < behavior->allowed.count; i++) {
        bool reads = false;
        for (size_t k = 0; k < sizeof reading / sizeof *reading; k++)
            reads |= strcmp(behavior->allowed.items[i], reading[k]) == 0;
        if (reads)
            continue;
        snprintf(property, sizeof property, "%s.AllowedMethods", place);
        validation_error(validation, property,
                         "[\"GET\", \"HEAD\", \"OPTIONS\"], a path behavior with an origin alone for what writes, or allow_invalid: "
                         "[\"origin_group_methods\"]",
                         "CloudFront takes no %.20s in front of an origin group", behavior->allowed.items[i]);
        return;
    }
}

void cdn_join_group(struct validation *validation, const struct cdn *cdn, struct cdn_behavior *behavior, const char *place)
{
    const char *const *members = behavior->group->members.items;
    check_methods(validation, behavior, place);
    if (behavior->group->members.count < MEMBERS)
        return; /* which was said */
    const size_t first = cdn_origin_named(cdn, members[0]), second = cdn_origin_named(cdn, members[1]);
    behavior->origin = first == SIZE_MAX ? 0 : first;
    behavior->second = second;
}
