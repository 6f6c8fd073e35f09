/* api_bench.h: scenarios of one API before functions, written short. */
#ifndef SLSIM_TESTS_API_BENCH_H
#define SLSIM_TESTS_API_BENCH_H

#include "model_fixture.h"

/* A REST API `Api` by SAM whose properties are PROPERTIES, without time of its own; the function F with EVENTS and BEHAVIOR. */
#define REST(SETTINGS, PROPERTIES, EVENTS, BEHAVIOR, TRAFFIC)                                                                              \
    API("AWS::Serverless::Api", SETTINGS, PROPERTIES, EVENTS, "", BEHAVIOR, TRAFFIC)
#define HTTP(SETTINGS, PROPERTIES, EVENTS, BEHAVIOR, TRAFFIC)                                                                              \
    API("AWS::Serverless::HttpApi", SETTINGS, PROPERTIES, EVENTS, "", BEHAVIOR, TRAFFIC)
/* MORE: other resources, each with a comma before it. */
#define API(TYPE, SETTINGS, PROPERTIES, EVENTS, MORE, BEHAVIOR, TRAFFIC)                                                                   \
    "{" SETTINGS ", 'Resources': {'Api': {'Type': '" TYPE "', 'Properties': {" PROPERTIES                                                  \
    "}}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 60, 'Events': {" EVENTS "}}}" MORE                           \
    "}, 'behavior': {'Api': {'overhead': '0s'}, 'F': {'init': '0s', 'placement': '0s', " BEHAVIOR "}}, 'traffic': [" TRAFFIC "]}"

#define REST_ROUTE(NAME, METHOD, PATH, MORE)                                                                                               \
    "'" NAME "': {'Type': 'Api', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'Method': '" METHOD "', 'Path': '" PATH "'" MORE "}}"
#define HTTP_ROUTE(NAME, METHOD, PATH, MORE)                                                                                               \
    "'" NAME "': {'Type': 'HttpApi', 'Properties': {'ApiId': {'Ref': 'Api'}, 'Method': '" METHOD "', 'Path': '" PATH "'" MORE "}}"
#define CALLER(NAME, HOW) "{'name': '" NAME "', 'target': 'Api', " HOW "}"
/* So many requests at once, at the start. */
#define AT_ONCE(NAME, COUNT, MORE) CALLER(NAME, "'count': 1, 'records': " #COUNT ", 'constant': '1/s'" MORE)

#define QUICK "'duration': '1m', 'drain': '2m'"

/* The scenario must be refused, with this message. */
static inline void api_refused(struct model_run *run, const char *text, const char *message)
{
    assert_int_equal(model_load(run, text), STATUS_INVALID);
    if (!diagnosed(&run->diagnostics, 0, 0, message)) {
        diagnostics_print(&run->diagnostics, stderr, false);
        fail_msg("nothing says: %s", message);
    }
}

#endif
