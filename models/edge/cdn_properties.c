/* cdn_properties.c: what can be said of a distribution: CloudFormation's properties, and how its world behaves.
 * Source: CloudFormation's reference of AWS::CloudFront::Distribution. */
#include "cdn_state.h"

#define ORIGIN(field) offsetof(struct cdn_origin, field)
#define BEHAVIOR(field) offsetof(struct cdn_behavior, field)
#define ASSOCIATION(field) offsetof(struct edge_association, field)
#define AT(field) offsetof(struct cdn, field)

/* -- origins -- */

static const struct property custom_origin_properties[] = {
    {"OriginReadTimeout", PROPERTY_TIME, ORIGIN(read_timeout_ns), .unit = "s", .minimum = "1", .maximum = "cloudfront_read_timeout_max_s",
     .fallback = "cloudfront_read_timeout_default_s",
     .help = "How long it may take to answer; then it is tried again, and 504 in the end."},
    ACCEPTED("HTTPPort"),
    ACCEPTED("HTTPSPort"),
    ACCEPTED("OriginKeepaliveTimeout"),
    ACCEPTED("OriginProtocolPolicy"),
    ACCEPTED("OriginSSLProtocols"),
    ACCEPTED("IpAddressType"),
    {0},
};

static const struct property bucket_origin_properties[] = {
    ACCEPTED("OriginAccessIdentity"),
    ACCEPTED("OriginReadTimeout"),
    {0},
};

static const struct property shield_properties[] = {
    {"Enabled", PROPERTY_BOOLEAN, ORIGIN(shield), .fallback = "false", .help = "All caches ask for this origin's objects there."},
    {"OriginShieldRegion", PROPERTY_STRING, ORIGIN(shield_region), .help = "Where it is, which is where it is billed."},
    {0},
};

static const struct property origin_properties[] = {
    {"Id", PROPERTY_STRING, ORIGIN(id), .required = true, .help = "Its name within the distribution."},
    {"DomainName", PROPERTY_STRING, ORIGIN(domain), .required = true,
     .help = "Names a bucket, an API, a load balancer, a function URL or a server of the scenario."},
    {"CustomOriginConfig", PROPERTY_OBJECT, 0, .properties = custom_origin_properties,
     .given = PROPERTY_GIVEN(struct cdn_origin, custom_given), .help = "Of all but buckets."},
    {"S3OriginConfig", PROPERTY_OBJECT, 0, .properties = bucket_origin_properties, .given = PROPERTY_GIVEN(struct cdn_origin, s3_given),
     .help = "Of buckets."},
    {"ConnectionAttempts", PROPERTY_INTEGER, ORIGIN(attempts), .minimum = "1", .maximum = "cloudfront_attempts_max",
     .fallback = "cloudfront_attempts_max",
     .help = "How often it is connected to, and, of GET and HEAD, asked for what it does not answer in time."},
    {"ConnectionTimeout", PROPERTY_TIME, ORIGIN(connection_timeout_ns), .unit = "s", .minimum = "1",
     .maximum = "cloudfront_connection_timeout_max_s", .fallback = "cloudfront_connection_timeout_max_s",
     .help = "How long each try to connect to it takes, while it cannot be reached (fault `unreachable`)."},
    {"OriginShield", PROPERTY_OBJECT, 0, .properties = shield_properties, .help = "One more cache in front of it."},
    ACCEPTED("OriginAccessControlId"),
    ACCEPTED("OriginCustomHeaders"),
    ACCEPTED("OriginPath"),
    ACCEPTED("ResponseCompletionTimeout"),
    ACCEPTED("VpcOriginConfig"),
    {0},
};

/* -- origin groups -- */

#define GROUP(field) offsetof(struct cdn_origin_group, field)

static const struct property code_properties[] = {
    {PROPERTY_ITSELF, PROPERTY_INTEGER, 0, .minimum = "400", .maximum = "599", .help = "One of them."},
    {0},
};

static const struct property codes_properties[] = {
    {"Items", PROPERTY_LIST, GROUP(codes), .properties = code_properties, .size = sizeof(int64_t), .minimum = "1", .maximum = "20",
     .required = true, .help = "Statuses of the first origin after which the second is asked (rule cloudfront_failover_codes)."},
    ACCEPTED("Quantity"),
    {0},
};

static const struct property criteria_properties[] = {
    {"StatusCodes", PROPERTY_OBJECT, 0, .properties = codes_properties, .required = true,
     .help = "What the first origin answers. A time-out and a connection that fails are always among them."},
    {0},
};

static const struct property member_properties[] = {
    {"OriginId", PROPERTY_STRING, 0, .required = true, .help = "The Id of an origin."},
    {0},
};

static const struct property members_properties[] = {
    {"Items", PROPERTY_LIST, GROUP(members), .properties = member_properties, .size = sizeof(const char *), .minimum = "2", .maximum = "2",
     .required = true, .help = "Two origins: who is asked first, and who stands in for it."},
    ACCEPTED("Quantity"),
    {0},
};

static const struct property group_properties[] = {
    {"Id", PROPERTY_STRING, GROUP(id), .required = true, .help = "Its name: a behavior's TargetOriginId."},
    {"FailoverCriteria", PROPERTY_OBJECT, 0, .properties = criteria_properties, .required = true, .help = "When the second is asked."},
    {"Members", PROPERTY_OBJECT, 0, .properties = members_properties, .required = true, .help = "Which origins."},
    ACCEPTED("SelectionCriteria"),
    {0},
};

static const struct property groups_properties[] = {
    {"Items", PROPERTY_LIST, AT(groups), .properties = group_properties, .size = sizeof(struct cdn_origin_group),
     .maximum = "cloudfront_origin_groups_max", .help = "Origins with one that stands in for them."},
    ACCEPTED("Quantity"),
    {0},
};

/* -- cache behaviors -- */

static const struct property function_association_properties[] = {
    {"EventType", PROPERTY_ENUM, ASSOCIATION(event), .choices = edge_event_names, .required = true,
     .help = "viewer-request or viewer-response."},
    {"FunctionARN", PROPERTY_STRING, ASSOCIATION(function), .required = true, .help = "Names an AWS::CloudFront::Function."},
    {0},
};

static const struct property lambda_association_properties[] = {
    {"EventType", PROPERTY_ENUM, ASSOCIATION(event), .choices = edge_event_names, .required = true,
     .help = "At which of four points it runs."},
    {"LambdaFunctionARN", PROPERTY_STRING, ASSOCIATION(function), .required = true, .help = "Names a version of a function."},
    {"IncludeBody", PROPERTY_BOOLEAN, ASSOCIATION(include_body), .fallback = "false",
     .help = "It sees what is posted, cut off at a limit."},
    {0},
};

static const char *const cookie_choices[] = {"none", "whitelist", "all", NULL};

static const struct property forwarded_cookies_properties[] = {
    {"Forward", PROPERTY_ENUM, BEHAVIOR(cookies), .choices = cookie_choices, .required = true,
     .help = "Cookies in the key: how many values of them come, `cookie_values` says."},
    ACCEPTED("WhitelistedNames"),
    {0},
};

static const struct property forwarded_properties[] = {
    {"QueryString", PROPERTY_BOOLEAN, BEHAVIOR(forwards_query), .required = true, .help = "Query strings tell objects apart."},
    {"QueryStringCacheKeys", PROPERTY_STRINGS, BEHAVIOR(query_keys), .help = "Only those of these names."},
    {"Cookies", PROPERTY_OBJECT, 0, .properties = forwarded_cookies_properties, .help = "Cookies in the key."},
    ACCEPTED("Headers"),
    {0},
};

static const char *const protocol_choices[] = {"allow-all", "https-only", "redirect-to-https", NULL};

#define BEHAVIOR_ROWS                                                                                                                      \
    {"TargetOriginId", PROPERTY_STRING, BEHAVIOR(target), .required = true, .help = "Whom it asks: the Id of an origin, or of a group."},  \
        {"ViewerProtocolPolicy",                                                                                                           \
         PROPERTY_ENUM,                                                                                                                    \
         BEHAVIOR(protocol),                                                                                                               \
         .choices = protocol_choices,                                                                                                      \
         .required = true,                                                                                                                 \
         .help = "What becomes of requests by HTTP (`http_share`): served, answered 403, or sent to HTTPS, and so billed twice."},         \
        {"CachePolicyId", PROPERTY_STRING, BEHAVIOR(policy), .help = "An AWS::CloudFront::CachePolicy, or the id of a managed one."},      \
        {"ForwardedValues",                                                                                                                \
         PROPERTY_OBJECT,                                                                                                                  \
         0,                                                                                                                                \
         .properties = forwarded_properties,                                                                                               \
         .given = PROPERTY_GIVEN(struct cdn_behavior, forwards_given),                                                                     \
         .help = "The older way, without a policy."},                                                                                      \
        {"MinTTL",                                                                                                                         \
         PROPERTY_TIME,                                                                                                                    \
         BEHAVIOR(rules.min_ns),                                                                                                           \
         .unit = "s",                                                                                                                      \
         .minimum = "0",                                                                                                                   \
         .maximum = "cloudfront_ttl_max_s",                                                                                                \
         .fallback = "0",                                                                                                                  \
         .help = "As of a policy, without one."},                                                                                          \
        {"DefaultTTL",                                                                                                                     \
         PROPERTY_TIME,                                                                                                                    \
         BEHAVIOR(rules.default_ns),                                                                                                       \
         .unit = "s",                                                                                                                      \
         .minimum = "0",                                                                                                                   \
         .maximum = "cloudfront_ttl_max_s",                                                                                                \
         .fallback = "cloudfront_ttl_default_s",                                                                                           \
         .given = PROPERTY_GIVEN(struct cdn_behavior, rules.default_given),                                                                \
         .help = "The same."},                                                                                                             \
        {"MaxTTL",                                                                                                                         \
         PROPERTY_TIME,                                                                                                                    \
         BEHAVIOR(rules.max_ns),                                                                                                           \
         .unit = "s",                                                                                                                      \
         .minimum = "0",                                                                                                                   \
         .maximum = "cloudfront_ttl_max_s",                                                                                                \
         .fallback = "cloudfront_ttl_max_s",                                                                                               \
         .given = PROPERTY_GIVEN(struct cdn_behavior, rules.max_given),                                                                    \
         .help = "The same."},                                                                                                             \
        {"AllowedMethods", PROPERTY_STRINGS, BEHAVIOR(allowed), .help = "Methods that are not answered 403; GET and HEAD always."},        \
        {"CachedMethods", PROPERTY_STRINGS, BEHAVIOR(cached), .help = "With OPTIONS, its answers are kept too."},                          \
        {"FunctionAssociations",                                                                                                           \
         PROPERTY_LIST,                                                                                                                    \
         BEHAVIOR(functions),                                                                                                              \
         .properties = function_association_properties,                                                                                    \
         .size = sizeof(struct edge_association),                                                                                          \
         .maximum = "2",                                                                                                                   \
         .help = "CloudFront functions: one a viewer's event."},                                                                           \
        {"LambdaFunctionAssociations",                                                                                                     \
         PROPERTY_LIST,                                                                                                                    \
         BEHAVIOR(lambdas),                                                                                                                \
         .properties = lambda_association_properties,                                                                                      \
         .size = sizeof(struct edge_association),                                                                                          \
         .maximum = "4",                                                                                                                   \
         .help = "Lambda@Edge: one an event."},                                                                                            \
        {"Compress", PROPERTY_BOOLEAN, BEHAVIOR(compress), .fallback = "false",                                                            \
         .help = "Objects between 1,000 and 10,000,000 bytes become as small as `compressed_share` says, where the policy lets them."},    \
        ACCEPTED("FieldLevelEncryptionId"), ACCEPTED("GrpcConfig"), ACCEPTED("OriginRequestPolicyId"), ACCEPTED("RealtimeLogConfigArn"),   \
        ACCEPTED("ResponseHeadersPolicyId"), ACCEPTED("SmoothStreaming"), ACCEPTED("TrustedKeyGroups"), ACCEPTED("TrustedSigners")

static const struct property usual_behavior_properties[] = {BEHAVIOR_ROWS, {0}};
static const struct property path_behavior_properties[] = {
    {"PathPattern", PROPERTY_STRING, BEHAVIOR(pattern), .required = true,
     .help = "Which paths: * is any number of characters, ? is one. The first that matches, in the order of the file."},
    BEHAVIOR_ROWS,
    {0},
};

static const struct property error_properties[] = {
    {"ErrorCode", PROPERTY_INTEGER, offsetof(struct cdn_error_rule, code), .minimum = "400", .maximum = "599", .required = true,
     .help = "The status that the origin answers."},
    {"ErrorCachingMinTTL", PROPERTY_TIME, offsetof(struct cdn_error_rule, keep_ns), .unit = "s", .minimum = "0",
     .maximum = "cloudfront_ttl_max_s", .given = PROPERTY_GIVEN(struct cdn_error_rule, keep_given),
     .help = "How long that is kept; left out: rule cloudfront_error_ttl_s."},
    {"ResponseCode", PROPERTY_INTEGER, offsetof(struct cdn_error_rule, shown), .minimum = "200", .maximum = "504",
     .help = "The status that viewers get instead, with the page: 200 is no error to them, nor to CloudWatch."},
    {"ResponsePagePath", PROPERTY_STRING, offsetof(struct cdn_error_rule, page), .help = "The page, whose bytes are not counted."},
    {0},
};

static const char *const price_classes[] = {"PriceClass_100", "PriceClass_200", "PriceClass_All", NULL};

static const struct property config_properties[] = {
    {"Origins", PROPERTY_LIST, AT(origins), .properties = origin_properties, .size = sizeof(struct cdn_origin), .minimum = "1",
     .maximum = "cloudfront_origins_max", .required = true, .help = "Who has what it serves."},
    {"DefaultCacheBehavior", PROPERTY_LIST, AT(usual_list), .properties = usual_behavior_properties, .size = sizeof(struct cdn_behavior),
     .minimum = "1", .maximum = "1", .lone = true, .required = true, .help = "What becomes of requests that no other behavior takes."},
    {"CacheBehaviors", PROPERTY_LIST, AT(behaviors), .properties = path_behavior_properties, .size = sizeof(struct cdn_behavior),
     .maximum = "cloudfront_behaviors_max", .help = "What becomes of those of some paths."},
    {"CustomErrorResponses", PROPERTY_LIST, AT(error_rules), .properties = error_properties, .size = sizeof(struct cdn_error_rule),
     .maximum = "200", .help = "How long origins' errors are kept."},
    {"Enabled", PROPERTY_BOOLEAN, AT(enabled), .fallback = "true", .help = "Else every request is answered 403."},
    {"PriceClass", PROPERTY_ENUM, AT(price_class), .choices = price_classes, .fallback = "\"PriceClass_All\"",
     .help = "Which areas have edges. Users of others are served, and billed, elsewhere."},
    {"OriginGroups", PROPERTY_OBJECT, 0, .properties = groups_properties, .help = "Origins that stand in for others."},
    ACCEPTED("Aliases"),
    ACCEPTED("AnycastIpListId"),
    ACCEPTED("CNAMEs"),
    ACCEPTED("Comment"),
    ACCEPTED("ConnectionMode"),
    ACCEPTED("ContinuousDeploymentPolicyId"),
    ACCEPTED("DefaultRootObject"),
    ACCEPTED("HttpVersion"),
    ACCEPTED("IPV6Enabled"),
    ACCEPTED("Logging"),
    ACCEPTED("Restrictions"),
    ACCEPTED("Staging"),
    ACCEPTED("TenantConfig"),
    ACCEPTED("ViewerCertificate"),
    ACCEPTED("ViewerMtlsConfig"),
    ACCEPTED("WebACLId"),
    {0},
};

const struct property cdn_properties[] = {
    {"DistributionConfig", PROPERTY_OBJECT, 0, .properties = config_properties, .required = true, .help = "All that it is."},
    ACCEPTED("Tags"),
    {0},
};

static const struct property edge_properties[] = {
    {PROPERTY_ITSELF, PROPERTY_NUMBER, offsetof(struct edge_spec, weight), .minimum = "0",
     .help = "Of one alone: how many there are; of several: the weight of each."},
    {"weight", PROPERTY_NUMBER, offsetof(struct edge_spec, weight), .minimum = "0", .fallback = "1",
     .help = "How much comes to it, beside others."},
    {"region", PROPERTY_STRING, offsetof(struct edge_spec, region),
     .help = "The Region near which it is: it serves the users of that area, and is billed there. Left out: where its users are."},
    {0},
};

static const struct property header_properties[] = {
    {PROPERTY_ITSELF, PROPERTY_STRING, offsetof(struct cdn_header, text), .help = "The header, of all that no other is of."},
    {"path", PROPERTY_STRING, offsetof(struct cdn_header, path), .help = "A pattern, as of a cache behavior. Left out: all."},
    {"says", PROPERTY_STRING, offsetof(struct cdn_header, text), .required = true, .help = "The header."},
    {0},
};

static const struct property usual_size[] = {
    {"usual_size", PROPERTY_SIZE, AT(usual_size_bytes), .fallback = "\"100KB\"", .help = ""},
    {0},
};

const struct property cdn_behavior_keys[] = {
    {"edges", PROPERTY_LIST, AT(edges), .properties = edge_properties, .size = sizeof(struct edge_spec), .maximum = "1000", .lone = true,
     .help = "Edge locations, each with a cache of its own: how many, or a weight for each, or weights and Regions. Left out: one."},
    {"regional_caches", PROPERTY_INTEGER, AT(regional_caches), .minimum = "0", .maximum = "100", .fallback = "0",
     .help = "Regional edge caches between the edges and the origin; the edges are shared out among them in turn."},
    {"origin_shield", PROPERTY_BOOLEAN, AT(shield_everywhere), .given = PROPERTY_GIVEN(struct cdn, shield_said),
     .help = "Origin Shield in front of every origin, or of none; left out: as the origins say."},
    {"collapse", PROPERTY_BOOLEAN, AT(collapse), .fallback = "true",
     .help = "Of requests that wait for one object at one edge, one is passed on. Origin Shield always does so."},
    {"object_size", PROPERTY_SIZE_DISTRIBUTION, AT(object_size),
     .help = "Size of an object, drawn once for each, at most 4 GB. Left out: what a function or an API answers; of others 100KB."},
    {.kind = PROPERTY_DEFAULTS, .properties = usual_size},
    {"cache_size", PROPERTY_SIZE, AT(cache_size_bytes), .minimum = "1", .fallback = "0",
     .help = "What each cache has room for; what was not used for longest goes first. Left out: all."},
    {"cache_control", PROPERTY_LIST, AT(headers), .properties = header_properties, .size = sizeof(struct cdn_header), .maximum = "100",
     .lone = true,
     .help = "What origins say in Cache-Control: \"max-age=60, stale-if-error=3600\", or one for each path, the first that matches: "
             "[{\"path\": \"/api/*\", \"says\": \"no-store\"}, \"s-maxage=3600\"]. Left out: nothing, and DefaultTTL holds."},
    {"max_age", PROPERTY_TIME, AT(max_age_ns), .minimum = "0", .given = PROPERTY_GIVEN(struct cdn, max_age_given),
     .help = "What origins say in Cache-Control: max-age, and nothing else: short for `cache_control`."},
    {"latency", PROPERTY_TIME_DISTRIBUTION, AT(latency), .fallback = "cloudfront_latency", .help = "An edge's own time for each request."},
    {"origin_rtt", PROPERTY_TIME_DISTRIBUTION, AT(origin_rtt),
     .help = "The network to an origin and back, of each time that it is asked. Left out: none."},
    {"deployment", PROPERTY_TIME_DISTRIBUTION, AT(deployment), .fallback = "cloudfront_deployment",
     .help = "From UpdateDistribution (`changes`) until an edge has what is new, drawn for each edge."},
    {"compressed_share", PROPERTY_PROBABILITY, AT(compressed_share), .fallback = "1",
     .help = "How much of an object's bytes is left when the edge compresses it (Compress). 1: they cannot be compressed."},
    {"header_values", PROPERTY_INTEGER, AT(header_values), .minimum = "1", .maximum = "100000", .fallback = "1",
     .help = "How many values of the headers that are in a behavior's cache key come for each object, equally often."},
    {"cookie_values", PROPERTY_INTEGER, AT(cookie_values), .minimum = "1", .maximum = "100000", .fallback = "1",
     .help = "The same of cookies: as many as there are users, where a cookie tells them apart."},
    {"http_share", PROPERTY_PROBABILITY, AT(http_share), .fallback = "0",
     .help = "Share of the viewers' requests that come by HTTP, not HTTPS."},
    {0},
};
