/* balancer_actions.c: what listeners and rules do with a request, and the attributes of load balancers and target groups: judged when the
 * scenario is read.
 * Sources: User Guide for Application Load Balancers, "Action types for listener rules", "Quotas"; CloudFormation's
 * AWS::ElasticLoadBalancingV2::ListenerRule. */
#include "balancer_state.h"

#include "engine/rule_book.h"
#include "front_doors.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(struct balancer_action, field)

static const char *const kinds[] = {"forward",           "fixed-response", "redirect", "authenticate-cognito",
                                    "authenticate-oidc", "jwt-validation", NULL};

static const struct property share_properties[] = {
    {"TargetGroupArn", PROPERTY_REFERENCE, offsetof(struct balancer_share, group), .required = true, .help = "The target group."},
    {"Weight", PROPERTY_INTEGER, offsetof(struct balancer_share, weight), .minimum = "0", .maximum = "alb_weight_max", .fallback = "1",
     .help = "Its part of all weights is its part of the requests."},
    {0},
};

static const struct property forward_properties[] = {
    {"TargetGroups", PROPERTY_LIST, AT(shares), .properties = share_properties, .size = sizeof(struct balancer_share), .minimum = "1",
     .maximum = "alb_groups_per_action_max", .help = "Several target groups, by weight."},
    ACCEPTED("TargetGroupStickinessConfig"),
    {0},
};

static const struct property fixed_properties[] = {
    {"StatusCode", PROPERTY_INTEGER, AT(status), .minimum = "200", .maximum = "599", .required = true, .help = "2XX, 4XX or 5XX."},
    ACCEPTED("ContentType"),
    ACCEPTED("MessageBody"),
    {0},
};

const struct property balancer_action_properties[] = {
    {"Type", PROPERTY_ENUM, AT(kind), .choices = kinds, .required = true,
     .help = "forward, fixed-response or redirect; who must sign in first is not modelled."},
    {"TargetGroupArn", PROPERTY_REFERENCE, AT(group), .help = "Of forward: the target group."},
    {"ForwardConfig", PROPERTY_OBJECT, 0, .properties = forward_properties, .help = "Of forward: several."},
    {"FixedResponseConfig", PROPERTY_OBJECT, 0, .properties = fixed_properties, .help = "Of fixed-response."},
    ACCEPTED("Order"),
    ACCEPTED("RedirectConfig"),
    PROPERTY_LATER_ROW("AuthenticateCognitoConfig", "load balancers that authenticate users"),
    PROPERTY_LATER_ROW("AuthenticateOidcConfig", "load balancers that authenticate users"),
    PROPERTY_LATER_ROW("JwtValidationConfig", "load balancers that verify tokens"),
    {0},
};

const struct property balancer_attribute_properties[] = {
    {"Key", PROPERTY_STRING, offsetof(struct balancer_attribute, key), .required = true, .help = "Its name."},
    {"Value", PROPERTY_JSON, offsetof(struct balancer_attribute, value), .required = true, .help = "Its value."},
    {0},
};

static bool is_group(const struct validation *validation, uint32_t entity)
{
    return entity == ENTITY_NONE || validation_type(validation, entity) == &target_group_type; /* what names nothing was said */
}

/* The groups of a forward action. */
static void resolve_forward(struct validation *validation, const struct balancer_action *action, const char *property,
                            struct balancer_route *route)
{
    struct balancer_share *one = action->shares.count == 0 ? validation_alloc(validation, 1, sizeof *one) : NULL;
    route->shares = action->shares.count > 0 ? action->shares.items : one;
    route->share_count = action->shares.count > 0 ? action->shares.count : 1;
    if (one)
        *one = (struct balancer_share){.group = action->group, .weight = 1};
    if (action->shares.count == 0 && action->group == ENTITY_NONE)
        validation_error(validation, property, "add \"TargetGroupArn\", or \"ForwardConfig\" with TargetGroups",
                         "a forward action needs a target group");
    for (size_t i = 0; route->shares && i < route->share_count; i++) {
        route->weight += route->shares[i].weight;
        if (!is_group(validation, route->shares[i].group))
            validation_error(validation, property, "name an AWS::ElasticLoadBalancingV2::TargetGroup", "%s is no target group",
                             validation_name(validation, route->shares[i].group));
        if (route->shares[i].group == ENTITY_NONE)
            route->share_count = 0;
    }
    if (route->weight == 0 && route->share_count > 0)
        validation_error(validation, property, "give one a Weight above 0", "no target group would get a request");
}

void balancer_resolve(struct validation *validation, const struct property_list *actions, const char *property,
                      struct balancer_route *route)
{
    const struct balancer_action *list = actions->items;
    const struct balancer_action *last = NULL;
    char place[64];
    for (size_t i = 0; i < actions->count; i++) {
        snprintf(place, sizeof place, "%s[%zu].Type", property, i);
        if (list[i].kind >= ACTION_COGNITO)
            validation_error(validation, place, "leave the action out", "not modelled yet: %s", kinds[list[i].kind]);
        else if (last)
            validation_error(validation, place, "several target groups: one forward with a ForwardConfig",
                             "only one action may be forward, fixed-response or redirect");
        else
            last = &list[i];
    }
    *route = (struct balancer_route){.kind = ACTION_FIXED_RESPONSE, .status = 503};
    if (!last)
        return;
    snprintf(place, sizeof place, "%s[%zu]", property, (size_t)(last - list));
    *route = (struct balancer_route){.kind = (enum balancer_action_kind)last->kind, .status = last->status};
    if (route->kind == ACTION_FORWARD)
        resolve_forward(validation, last, place, route);
    else if (route->kind == ACTION_FIXED_RESPONSE && (last->status == 0 || last->status / 100 == 3))
        validation_error(validation, place, "add \"FixedResponseConfig\": {\"StatusCode\": \"404\"}",
                         last->status == 0 ? "a fixed response needs a status" : "a fixed response is 2XX, 4XX or 5XX");
}

/* Does one of the actions name the group? */
static bool names_group(const struct property_list *actions, uint32_t group)
{
    const struct balancer_action *list = actions->items;
    for (size_t i = 0; i < actions->count; i++) {
        const struct balancer_share *shares = list[i].shares.items;
        if (list[i].kind == ACTION_FORWARD && list[i].shares.count == 0 && list[i].group == group)
            return true;
        for (size_t k = 0; k < list[i].shares.count; k++)
            if (shares[k].group == group)
                return true;
    }
    return false;
}

bool balancer_forwards(const struct validation *validation, uint32_t entity, uint32_t group, uint32_t *balancer)
{
    const struct model_type *type = validation_type(validation, entity);
    const struct listener *listener = NULL;
    bool forwards = false;
    if (type == &listener_type) {
        listener = validation_config(validation, entity);
        forwards = names_group(&listener->actions, group);
    } else if (type == &listener_rule_type) {
        const struct listener_rule *rule = validation_config(validation, entity);
        forwards = names_group(&rule->actions, group);
        bool known = rule->listener != ENTITY_NONE && validation_type(validation, rule->listener) == &listener_type;
        listener = known ? validation_config(validation, rule->listener) : NULL;
    }
    bool known = listener && listener->balancer != ENTITY_NONE && validation_type(validation, listener->balancer) == &load_balancer_type;
    *balancer = known ? listener->balancer : ENTITY_NONE;
    return forwards && known;
}

void balancer_check_attributes(struct validation *validation, const struct property_list *attributes, const char *property,
                               const char *const *known)
{
    const struct balancer_attribute *list = attributes->items;
    size_t count = 0;
    while (known[count])
        count++;
    for (size_t i = 0; i < attributes->count; i++) {
        char place[80], hint[160];
        bool found = !list[i].key; /* that it is missing was said */
        for (size_t k = 0; k < count && !found; k++)
            found = strcmp(known[k], list[i].key) == 0;
        if (found)
            continue;
        const char *nearest = validation_nearest(list[i].key, known, count);
        snprintf(place, sizeof place, "%s[%zu].Key", property, i);
        snprintf(hint, sizeof hint, "did you mean \"%s\"?", nearest ? nearest : "");
        validation_error(validation, place, nearest ? hint : NULL, "there is no attribute \"%s\" here", list[i].key);
    }
}

/* CloudFormation takes true for "true", and 60 for "60". */
static const char *unquoted(struct validation *validation, const char *json)
{
    char text[128];
    size_t length = strlen(json);
    if (length < 2 || json[0] != '"')
        return json;
    snprintf(text, sizeof text, "%.*s", (int)(length - 2 < sizeof text ? length - 2 : sizeof text - 1), json + 1);
    return validation_string(validation, text);
}

const char *balancer_attribute(struct validation *validation, const struct property_list *attributes, const char *key)
{
    const struct balancer_attribute *list = attributes->items;
    for (size_t i = 0; i < attributes->count; i++)
        if (list[i].key && list[i].value && strcmp(list[i].key, key) == 0)
            return unquoted(validation, list[i].value);
    return NULL;
}

int64_t balancer_attribute_number(struct validation *validation, const struct property_list *attributes, const char *property,
                                  const char *key, double least, double most, double otherwise)
{
    const char *text = balancer_attribute(validation, attributes, key);
    char *end = NULL;
    double number = text ? strtod(text, &end) : otherwise;
    if (!text || (*text && !*end && number >= least && number <= most && number == (double)(int64_t)number))
        return (int64_t)number;
    validation_error(validation, property, NULL, "%s must be a whole number from %.0f to %.0f, got \"%s\"", key, least, most, text);
    return (int64_t)otherwise;
}
