/* cdn_bench.h: scenarios of one distribution in front of one server, out of string literals. */
#ifndef SLSIM_TESTS_CDN_BENCH_H
#define SLSIM_TESTS_CDN_BENCH_H

#include "model_fixture.h"
#include "refusals.h"

#define OPTIMIZED "'CachePolicyId': '658327ea-f89d-4fab-a63d-7e88639e58f6'"
#define DISABLED "'CachePolicyId': '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'"
#define ALL_METHODS "'AllowedMethods': ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE']"

/* Cdn asks Origin; MORE: further keys of its configuration and USUAL: of its default behavior; RESOURCES and BEHAVIORS: further ones, each
 * with a comma in front. */
#define CDN(SETTINGS, MORE, USUAL, RESOURCES, BEHAVIOR, SERVER, BEHAVIORS, TRAFFIC)                                                        \
    "{" SETTINGS ", 'Resources': {'Origin': {'Type': 'Custom::External'}, 'Cdn': {'Type': 'AWS::CloudFront::Distribution', 'Properties': " \
    "{'DistributionConfig': {'Origins': [{'Id': 'o', 'DomainName': 'Origin'}], 'DefaultCacheBehavior': {'TargetOriginId': 'o', "           \
    "'ViewerProtocolPolicy': 'allow-all', " USUAL "} " MORE "}}} " RESOURCES "}, 'behavior': {'Cdn': {'latency': '0s' " BEHAVIOR           \
    "}, 'Origin': {" SERVER "} " BEHAVIORS "}, 'traffic': [" TRAFFIC "]}"

#define USERS(ARRIVALS) "{'name': 'u', 'target': 'Cdn', " ARRIVALS "}"

#endif
