/* balancer_bench.h: scenarios of one load balancer, written short. */
#ifndef SLSIM_TESTS_BALANCER_BENCH_H
#define SLSIM_TESTS_BALANCER_BENCH_H

#include "model_fixture.h"

/* A load balancer Alb with PROPERTIES, without time of its own, a listener Web that forwards to Group, and MORE resources, each with a
 * comma before it. BEHAVIOR goes on in Alb's: more of it, then HANDLERs. */
#define BALANCER(SETTINGS, PROPERTIES, MORE, BEHAVIOR, TRAFFIC)                                                                            \
    "{" SETTINGS ", 'Resources': {'Alb': {'Type': 'AWS::ElasticLoadBalancingV2::LoadBalancer', 'Properties': {" PROPERTIES                 \
    "}}, 'Web': {'Type': 'AWS::ElasticLoadBalancingV2::Listener', 'Properties': {'LoadBalancerArn': {'Ref': 'Alb'}, 'Port': 80, "          \
    "'Protocol': 'HTTP', 'DefaultActions': [{'Type': 'forward', 'TargetGroupArn': {'Ref': 'Group'}}]}}" MORE                               \
    "}, 'behavior': {'Alb': {'overhead': '0s'" BEHAVIOR "}}, 'traffic': [" TRAFFIC "]}"
#define GROUP(NAME, KIND, TARGETS, MORE)                                                                                                   \
    ", '" NAME "': {'Type': 'AWS::ElasticLoadBalancingV2::TargetGroup', 'Properties': {'TargetType': '" KIND "', 'Targets': [" TARGETS     \
    "]" MORE "}}"
#define TARGET(NAME) "{'Id': {'Fn::GetAtt': ['" NAME "', 'Arn']}}"
#define SERVER(NAME) "{'Id': {'Ref': '" NAME "'}}"
#define EXTERNAL(NAME) ", '" NAME "': {'Type': 'Custom::External'}"
#define RULE(NAME, PRIORITY, CONDITIONS, ACTIONS)                                                                                          \
    ", '" NAME                                                                                                                             \
    "': {'Type': 'AWS::ElasticLoadBalancingV2::ListenerRule', 'Properties': {'ListenerArn': {'Ref': 'Web'}, 'Priority': " PRIORITY         \
    ", 'Conditions': [" CONDITIONS "], 'Actions': [" ACTIONS "]}}"
#define PATH(PATTERN) "{'Field': 'path-pattern', 'Values': ['" PATTERN "']}"
#define FORWARD(NAME) "{'Type': 'forward', 'TargetGroupArn': {'Ref': '" NAME "'}}"
#define FIXED(STATUS) "{'Type': 'fixed-response', 'FixedResponseConfig': {'StatusCode': '" STATUS "'}}"
#define FUNCTION(NAME, PROPERTIES)                                                                                                         \
    ", '" NAME "': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 900, " PROPERTIES "'MemorySize': 128}}"
#define HANDLER(NAME, BEHAVIOR) "}, '" NAME "': {'init': '0s', 'placement': '0s', " BEHAVIOR
/* The same before the function F alone, of PROPERTIES of the group. */
#define BEFORE_F(SETTINGS, GROUP_MORE, PROPERTIES, BEHAVIOR, TRAFFIC)                                                                      \
    BALANCER(SETTINGS, "", FUNCTION("F", PROPERTIES) GROUP("Group", "lambda", TARGET("F"), GROUP_MORE), HANDLER("F", BEHAVIOR), TRAFFIC)
#define CALLER(NAME, HOW) "{'name': '" NAME "', 'target': 'Alb', " HOW "}"

/* The scenario must be refused, with this message. */
static inline void balancer_refused(struct model_run *run, const char *text, const char *message)
{
    assert_int_equal(model_load(run, text), STATUS_INVALID);
    if (!diagnosed(&run->diagnostics, 0, 0, message)) {
        diagnostics_print(&run->diagnostics, stderr, false);
        fail_msg("nothing says: %s", message);
    }
}

#endif
