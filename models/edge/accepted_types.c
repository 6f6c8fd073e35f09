/* accepted_types.c: resources beside a distribution that change nothing of what is simulated: what is forwarded to the origin, what headers
 * answers get, who signs. An origin that is named is taken to let its distribution in. */
#include "edge.h"
#include "notation/property.h"

struct accepted {
    uint32_t self;
};

static const struct property anything[] = {ACCEPTED(PROPERTY_ANY_KEY), {0}};

#define ACCEPTED_TYPE(NAME, TYPE, HELP)                                                                                                    \
    const struct model_type NAME = {.type = TYPE,                                                                                          \
                                    .help = HELP,                                                                                          \
                                    .size = sizeof(struct accepted),                                                                       \
                                    .self_offset = offsetof(struct accepted, self),                                                        \
                                    .properties = anything}

ACCEPTED_TYPE(origin_request_policy_type, "AWS::CloudFront::OriginRequestPolicy",
              "What of a request is forwarded beyond the cache key: changes nothing here.");
ACCEPTED_TYPE(response_headers_policy_type, "AWS::CloudFront::ResponseHeadersPolicy", "Headers that answers get: changes nothing here.");
ACCEPTED_TYPE(origin_access_control_type, "AWS::CloudFront::OriginAccessControl",
              "Signs requests to an origin: an origin is taken to let its distribution in.");
ACCEPTED_TYPE(origin_access_identity_type, "AWS::CloudFront::CloudFrontOriginAccessIdentity",
              "The older way to sign: as OriginAccessControl.");
