/* cache_policy.c: AWS::CloudFront::CachePolicy, and the policies that AWS manages.
 * Sources: CloudFront developer guide, "Understand cache policies", "Use managed cache policies" (rules cloudfront_policy_*), "Manage how
 * long content stays in the cache (expiration)": what the origin says is cut off by the least and the greatest time to live. */
#include "cache_policy.h"

#include "engine/glob.h"
#include "engine/request.h"
#include "engine/rule_book.h"
#include "engine/sim_time.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(struct cache_policy, rules.field)

static const char *const query_choices[] = {"none", "whitelist", "allExcept", "all", NULL};
static const char *const header_choices[] = {"none", "whitelist", NULL};

static const struct property query_properties[] = {
    {"QueryStringBehavior", PROPERTY_ENUM, AT(query), .choices = query_choices, .required = true,
     .help = "Which query strings tell objects apart. What `variants` of a source stands for has a name that no list has."},
    {"QueryStrings", PROPERTY_STRINGS, AT(listed), .help = "Their names, of whitelist and allExcept."},
    {0},
};

static const struct property header_properties[] = {
    {"HeaderBehavior", PROPERTY_ENUM, AT(headers), .choices = header_choices, .required = true,
     .help = "Headers in the key: how many values of them come, `header_values` of the distribution says."},
    ACCEPTED("Headers"),
    {0},
};

static const struct property cookie_properties[] = {
    {"CookieBehavior", PROPERTY_ENUM, AT(cookies), .choices = query_choices, .required = true,
     .help = "Cookies in the key: how many values of them come, `cookie_values` of the distribution says."},
    ACCEPTED("Cookies"),
    {0},
};

static const struct property key_properties[] = {
    {"QueryStringsConfig", PROPERTY_OBJECT, 0, .properties = query_properties, .required = true, .help = "Query strings in the key."},
    {"HeadersConfig", PROPERTY_OBJECT, 0, .properties = header_properties, .required = true, .help = "Headers in the key."},
    {"CookiesConfig", PROPERTY_OBJECT, 0, .properties = cookie_properties, .required = true, .help = "Cookies in the key."},
    {"EnableAcceptEncodingBrotli", PROPERTY_BOOLEAN, AT(brotli), .fallback = "false", .help = "With Compress: in Brotli."},
    {"EnableAcceptEncodingGzip", PROPERTY_BOOLEAN, AT(gzip), .fallback = "false",
     .help = "Without it and the other, nothing is compressed (Compress of a cache behavior)."},
    {0},
};

static const struct property config_properties[] = {
    ACCEPTED("Name"),
    ACCEPTED("Comment"),
    {"MinTTL", PROPERTY_TIME, AT(min_ns), .unit = "s", .minimum = "0", .maximum = "cloudfront_ttl_max_s", .required = true,
     .help = "The least time that an object is kept, whatever its origin says."},
    {"DefaultTTL", PROPERTY_TIME, AT(default_ns), .unit = "s", .minimum = "0", .maximum = "cloudfront_ttl_max_s",
     .fallback = "cloudfront_ttl_default_s", .given = PROPERTY_GIVEN(struct cache_policy, rules.default_given),
     .help = "How long an object is kept of which the origin says nothing (`max_age` of the distribution)."},
    {"MaxTTL", PROPERTY_TIME, AT(max_ns), .unit = "s", .minimum = "0", .maximum = "cloudfront_ttl_max_s",
     .fallback = "cloudfront_ttl_max_s", .given = PROPERTY_GIVEN(struct cache_policy, rules.max_given),
     .help = "The greatest time, whatever the origin says."},
    {"ParametersInCacheKeyAndForwardedToOrigin", PROPERTY_OBJECT, 0, .properties = key_properties, .required = true,
     .help = "What of a request tells objects apart."},
    {0},
};

static const struct property policy_properties[] = {
    {"CachePolicyConfig", PROPERTY_OBJECT, 0, .properties = config_properties, .required = true, .help = "The policy."},
    {0},
};

void cache_rules_check(struct validation *validation, const struct cache_rules *rules, const char *property)
{
    const char *words = NULL;
    if (rules->max_given && rules->min_ns > rules->max_ns)
        words = "MinTTL cannot be more than MaxTTL";
    else if (rules->default_given && rules->min_ns > rules->default_ns)
        words = "MinTTL cannot be more than DefaultTTL";
    else if (rules->default_given && rules->max_given && rules->default_ns > rules->max_ns)
        words = "DefaultTTL cannot be more than MaxTTL";
    if (words)
        validation_error(validation, property, "CloudFront wants MinTTL <= DefaultTTL <= MaxTTL", "%s", words);
}

static void policy_validate(struct validation *validation, void *config)
{
    const struct cache_policy *policy = config;
    cache_rules_check(validation, &policy->rules, "CachePolicyConfig.MinTTL");
}

/* "ID MIN DEFAULT MAX QUERY FORM": seconds, a word of query_choices, and "compressed" or "plain". */
static void read_managed(struct cache_rules *rules, const char *text)
{
    char *end;
    const char *at = text + strcspn(text, " ");
    *rules = (struct cache_rules){.default_given = true, .max_given = true};
    rules->min_ns = strtoll(at, &end, 10) * NS_PER_S;
    rules->default_ns = strtoll(end, &end, 10) * NS_PER_S;
    rules->max_ns = strtoll(end, &end, 10) * NS_PER_S;
    end += strspn(end, " ");
    const size_t length = strcspn(end, " ");
    for (int i = 0; query_choices[i]; i++)
        if (strlen(query_choices[i]) == length && strncmp(end, query_choices[i], length) == 0)
            rules->query = i;
    rules->gzip = rules->brotli = strcmp(end + length, " compressed") == 0;
}

static bool find_managed(const struct validation *validation, const char *text, struct cache_rules *rules)
{
    static const char *const managed[] = {
        "cloudfront_policy_amplify",
        "cloudfront_policy_caching_disabled",
        "cloudfront_policy_caching_optimized",
        "cloudfront_policy_caching_optimized_uncompressed",
        "cloudfront_policy_elemental_media_package",
        "cloudfront_policy_origin_cache_control",
        "cloudfront_policy_origin_cache_control_query_strings",
    };
    for (size_t i = 0; i < sizeof managed / sizeof *managed; i++) {
        const char *rule = rule_text(validation_rules(validation), managed[i]);
        size_t length = strcspn(rule, " ");
        if (strlen(text) != length || strncmp(rule, text, length) != 0)
            continue;
        read_managed(rules, rule);
        return true;
    }
    return false;
}

bool cache_policy_find(struct validation *validation, const char *text, struct cache_rules *rules)
{
    uint32_t entity = validation_named(validation, text);
    if (entity == ENTITY_NONE)
        return find_managed(validation, text, rules);
    if (validation_type(validation, entity) != &cache_policy_type)
        return false;
    *rules = ((const struct cache_policy *)validation_config(validation, entity))->rules;
    return true;
}

bool cache_rules_allow(const struct cache_rules *rules, const struct cache_word *word)
{
    return rules->max_ns > 0 && (!word->forbids || rules->min_ns > 0);
}

/* A least time to live holds against no-cache, no-store and private too. */
int64_t cache_rules_keep_ns(const struct cache_rules *rules, const struct cache_word *word)
{
    int64_t keep_ns = word->forbids ? 0 : word->age_ns >= 0 ? word->age_ns : rules->default_ns;
    keep_ns = keep_ns > rules->max_ns ? rules->max_ns : keep_ns;
    return keep_ns < rules->min_ns ? rules->min_ns : keep_ns;
}

bool cache_rules_have_query(const struct cache_rules *rules, const char *name, size_t length)
{
    bool listed = false;
    for (size_t i = 0; i < rules->listed.count; i++)
        listed = listed || glob_matches(rules->listed.items[i], name, length, 0);
    return rules->query == QUERY_ALL || (rules->query == QUERY_LISTED && listed) || (rules->query == QUERY_ALL_BUT && !listed);
}

const struct model_type cache_policy_type = {
    .type = "AWS::CloudFront::CachePolicy",
    .help = "How long a distribution keeps what it serves, and what of a request tells objects apart.",
    .size = sizeof(struct cache_policy),
    .self_offset = offsetof(struct cache_policy, self),
    .properties = policy_properties,
    .validate = policy_validate,
};
