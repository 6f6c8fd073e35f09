/* machine_fixture.h: scenarios of a state machine, for tests: pieces of their text. */
#ifndef SLSIM_TESTS_MACHINE_FIXTURE_H
#define SLSIM_TESTS_MACHINE_FIXTURE_H

#include "model_fixture.h"

/* A machine M of these States, beginning with `A`; more resources and the rest of the scenario are the caller's. */
#define MACHINE(TYPE, STATES)                                                                                                              \
    "'M': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': {'StateMachineType': '" TYPE "', 'Definition': {'StartAt': 'A', "     \
    "'States': {" STATES "}}}}"
#define ONE_CALL "'traffic': [{'name': 'calls', 'target': 'M', 'constant': '1/s', 'count': 1}]"
#define FUNCTION(NAME) "'" NAME "': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 60}}"
#define TASK(TARGET) "'Type': 'Task', 'Resource': {'Fn::GetAtt': ['" TARGET "', 'Arn']}"
/* The behavior of that function, whose environments are there at once. */
#define RUNS(NAME, REST) "'" NAME "': {'init': '0s', 'placement': '0s', " REST "}"
/* One call of M, whose states are these, in a world of F alone, which behaves so. */
#define CALL_OF(STATES, BEHAVIOR)                                                                                                          \
    "{'duration': '5m', 'Resources': {" FUNCTION("F") ", " MACHINE("STANDARD", STATES) "}, 'behavior': {" BEHAVIOR "}, " ONE_CALL "}"

#endif
