/* test_conservation.c: 200 scenarios put together at random (functions, queues, dead-letter queues, mappings, asynchronous events,
 * destinations, topics, event buses, schedules, limits, failures, clients that give up): every run checks on itself that what entered every
 * resource is accounted for and that Little's law holds; here none may fail, and what the sources sent must be what the queues' ledgers
 * took. */
#include "experiment/run.h"
#include "models.h"
#include "scenario/scenario.h"

#include <gsl/gsl_errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SCENARIOS 200

struct writer {
    FILE *out;
    uint64_t state;
    const char *separator;
    bool current; /* the book of rules: the other knows no MaximumConcurrency */
};

static uint64_t next(struct writer *writer, uint64_t below)
{
    writer->state = writer->state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (writer->state >> 33) % below;
}

static bool chance(struct writer *writer, uint64_t percent)
{
    return next(writer, 100) < percent;
}

__attribute__((format(printf, 2, 3))) static void say(struct writer *writer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(writer->out, format, arguments);
    va_end(arguments);
}

static void write_queue(struct writer *writer, uint64_t index, bool fifo)
{
    say(writer, ",\n\"Lost%d\": {\"Type\": \"AWS::SQS::Queue\", \"Properties\": {%s}}", (int)index, fifo ? "\"FifoQueue\": true" : "");
    say(writer,
        ",\n\"Q%d\": {\"Type\": \"AWS::SQS::Queue\", \"Properties\": {\"VisibilityTimeout\": %d, \"DelaySeconds\": %d, "
        "\"MessageRetentionPeriod\": %d%s",
        (int)index, (int)(20 + next(writer, 60)), (int)next(writer, 3), (int)(60 + next(writer, 600)), fifo ? ", \"FifoQueue\": true" : "");
    if (chance(writer, 70))
        say(writer, ", \"RedrivePolicy\": {\"deadLetterTargetArn\": {\"Fn::GetAtt\": [\"Lost%d\", \"Arn\"]}, \"maxReceiveCount\": %d}",
            (int)index, (int)(1 + next(writer, 4)));
    say(writer, "}}");
}

static void write_event(struct writer *writer, uint64_t index, bool fifo)
{
    uint64_t batch = 1 + next(writer, 10);
    say(writer,
        ", \"Events\": {\"E\": {\"Type\": \"SQS\", \"Properties\": {\"Queue\": {\"Fn::GetAtt\": [\"Q%d\", \"Arn\"]}, \"BatchSize\": %d",
        (int)index, (int)batch);
    if (!fifo && chance(writer, 30))
        say(writer, ", \"MaximumBatchingWindowInSeconds\": %d", (int)next(writer, 5));
    if (chance(writer, 40))
        say(writer, ", \"FunctionResponseTypes\": [\"ReportBatchItemFailures\"]");
    if (writer->current && chance(writer, 30))
        say(writer, ", \"ScalingConfig\": {\"MaximumConcurrency\": %d}", (int)(2 + next(writer, 20)));
    say(writer, "}}}");
}

static void write_function(struct writer *writer, uint64_t index, bool mapped, bool fifo)
{
    say(writer, "%s\n\"F%d\": {\"Type\": \"AWS::Serverless::Function\", \"Properties\": {\"MemorySize\": %d, \"Timeout\": %d",
        writer->separator, (int)index, (int)(128 + next(writer, 2000)), (int)(1 + next(writer, 10)));
    writer->separator = ",";
    if (chance(writer, 50))
        say(writer, ", \"ReservedConcurrentExecutions\": %d", (int)next(writer, 8));
    if (chance(writer, 50))
        say(writer,
            ", \"EventInvokeConfig\": {\"MaximumRetryAttempts\": %d, \"MaximumEventAgeInSeconds\": %d, \"DestinationConfig\": "
            "{\"OnFailure\": {\"Type\": \"Lambda\", "
            "\"Destination\": {\"Fn::GetAtt\": [\"Sink\", \"Arn\"]}}}}",
            (int)next(writer, 3), (int)(60 + next(writer, 300)));
    if (mapped)
        write_event(writer, index, fifo);
    say(writer, "}}");
}

/* A topic and a bus that have every function and every queue called, with filters, dead letters and schedules by chance. */
static void write_push(struct writer *writer, uint64_t functions, uint64_t mapped_bits, uint64_t fifo_bits)
{
    say(writer, ",\n\"PushLost\": {\"Type\": \"AWS::SQS::Queue\"%s}",
        chance(writer, 30) ? ", \"Properties\": {\"MaximumMessageSize\": 1024}" : "");
    say(writer,
        ",\n\"Topic\": {\"Type\": \"AWS::SNS::Topic\"}, \"Fifo\": {\"Type\": \"AWS::SNS::Topic\", \"Properties\": {\"FifoTopic\": true}}, "
        "\"Bus\": {\"Type\": \"AWS::Events::EventBus\"}");
    for (uint64_t i = 0; i < functions; i++) {
        bool queue = mapped_bits >> i & 1, fifo = queue && (fifo_bits >> i & 1);
        say(writer,
            ",\n\"Sub%d\": {\"Type\": \"AWS::SNS::Subscription\", \"Properties\": {\"TopicArn\": {\"Ref\": \"%s\"}, \"Protocol\": \"%s\", "
            "\"Endpoint\": {\"Fn::GetAtt\": [\"%c%d\", \"Arn\"]}%s%s}}",
            (int)i, fifo ? "Fifo" : "Topic", queue ? "sqs" : "lambda", queue ? 'Q' : 'F', (int)i,
            chance(writer, 40) ? ", \"FilterPolicyScope\": \"MessageBody\", \"FilterPolicy\": {\"kind\": [\"a\"]}" : "",
            chance(writer, 50) ? ", \"RedrivePolicy\": {\"deadLetterTargetArn\": {\"Fn::GetAtt\": [\"PushLost\", \"Arn\"]}}" : "");
        say(writer,
            ",\n\"Rule%d\": {\"Type\": \"AWS::Events::Rule\", \"Properties\": {%s, \"Targets\": [{\"Id\": \"t\", \"Arn\": {\"Fn::GetAtt\": "
            "[\"%c%d\", \"Arn\"]}, \"RetryPolicy\": {\"MaximumRetryAttempts\": %d}%s%s}, {\"Id\": \"u\", \"Arn\": {\"Ref\": \"Topic\"}}]}}",
            (int)i,
            chance(writer, 30) ? "\"ScheduleExpression\": \"rate(1 minute)\""
                               : "\"EventBusName\": {\"Ref\": \"Bus\"}, \"EventPattern\": {\"kind\": [{\"anything-but\": \"c\"}]}",
            queue ? 'Q' : 'F', (int)i, (int)next(writer, 186), fifo ? ", \"SqsParameters\": {\"MessageGroupId\": \"g\"}" : "",
            chance(writer, 50) ? ", \"DeadLetterConfig\": {\"Arn\": {\"Fn::GetAtt\": [\"PushLost\", \"Arn\"]}}" : "");
    }
}

static void write_push_source(struct writer *writer, const char *target, bool fifo)
{
    say(writer,
        "%s\n{\"name\": \"s%s\", \"target\": \"%s\", \"poisson\": \"%d/s\", \"payload\": {\"exponential\": \"%dKB\"}, \"event\": "
        "[{\"weight\": 2, "
        "\"of\": {\"kind\": \"a\"}}, {\"weight\": 1, \"of\": {\"kind\": \"c\"}}]%s}",
        writer->separator, target, target, (int)(1 + next(writer, 10)), (int)(1 + next(writer, 200)),
        fifo ? ", \"key\": {\"uniform\": 5}" : "");
    writer->separator = ",";
}

static void write_behavior(struct writer *writer, uint64_t index)
{
    say(writer,
        "%s\n\"F%d\": {\"init\": \"%dms\", \"duration\": {\"exponential\": \"%dms\"}, \"error_rate\": 0.%d, \"record_error_rate\": 0.0%d, "
        "\"poison_rate\": 0.0%d, "
        "\"keep_alive\": %s, \"reuse\": \"%s\"}",
        writer->separator, (int)index, (int)next(writer, 2000), (int)(1 + next(writer, 3000)), (int)next(writer, 10), (int)next(writer, 10),
        (int)next(writer, 10), chance(writer, 50) ? "\"1m\"" : "{\"halving\": \"30s\"}",
        (const char *const[]){"most_recent", "least_recent", "newest", "oldest", "random"}[next(writer, 5)]);
    writer->separator = ",";
}

static void write_source(struct writer *writer, uint64_t index, const char *target, bool is_function, bool fifo)
{
    say(writer, "%s\n{\"name\": \"s%s%d\", \"target\": \"%s%d\", \"%s\": \"%d/s\"", writer->separator, target, (int)index, target,
        (int)index, chance(writer, 50) ? "poisson" : "constant", (int)(1 + next(writer, 20)));
    writer->separator = ",";
    if (is_function && chance(writer, 50))
        say(writer, ", \"invocation_type\": \"Event\"");
    else if (is_function)
        say(writer, ", \"retry\": \"%s\", \"client_timeout\": \"%ds\", \"clients\": %d",
            (const char *const[]){"none", "standard", "legacy", "adaptive"}[next(writer, 4)], (int)next(writer, 4),
            (int)(1 + next(writer, 3)));
    if (fifo)
        say(writer, ", \"key\": {\"uniform\": %d}", (int)(1 + next(writer, 20)));
    if (chance(writer, 20))
        say(writer, ", \"poison\": true");
    say(writer, "}");
}

static void write_scenario(struct writer *writer, uint64_t number)
{
    uint64_t functions = 1 + next(writer, 4), fifo_bits = next(writer, 16), mapped_bits = next(writer, 16);
    writer->current = chance(writer, 50);
    say(writer,
        "{\"name\": \"random-%d\", \"duration\": \"%ds\", \"drain\": \"%ds\", \"seed\": %d, \"rules\": \"%s\", \"allow_invalid\": "
        "[\"visibility_timeout\"],\n"
        "\"account\": {\"ConcurrentExecutions\": %d}, \"Resources\": {",
        (int)number, (int)(60 + next(writer, 600)), (int)next(writer, 300), (int)number, writer->current ? "current" : "course",
        (int)(140 + next(writer, 50)));
    writer->separator = "";
    for (uint64_t i = 0; i < functions; i++)
        write_function(writer, i, mapped_bits >> i & 1, fifo_bits >> i & 1);
    say(writer, ",\n\"Sink\": {\"Type\": \"AWS::Serverless::Function\", \"Properties\": {\"ReservedConcurrentExecutions\": %d}}",
        (int)next(writer, 3));
    for (uint64_t i = 0; i < functions; i++)
        if (mapped_bits >> i & 1)
            write_queue(writer, i, fifo_bits >> i & 1);
    bool push = chance(writer, 60);
    if (push)
        write_push(writer, functions, mapped_bits, fifo_bits);
    say(writer, "},\n\"behavior\": {");
    writer->separator = "";
    for (uint64_t i = 0; i < functions; i++)
        write_behavior(writer, i);
    say(writer, "},\n\"traffic\": [");
    writer->separator = "";
    for (uint64_t i = 0; i < functions; i++) {
        if (mapped_bits >> i & 1)
            write_source(writer, i, "Q", false, fifo_bits >> i & 1);
        write_source(writer, i, "F", true, false);
    }
    if (push) {
        write_push_source(writer, "Topic", false);
        write_push_source(writer, "Fifo", true);
        write_push_source(writer, "Bus", false);
    }
    say(writer, "]}\n");
}

static void show(const char *path, const struct diagnostics *diagnostics)
{
    diagnostics_print(diagnostics, stderr, false);
    char line[4096];
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        fputs(line, stderr);
    if (file)
        fclose(file);
}

static void test_random_scenarios(void **state)
{
    (void)state;
    char path[] = "/tmp/slsim-conservation-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    struct writer writer = {.state = 20};
    uint64_t entered = 0;
    for (uint64_t i = 0; i < SCENARIOS; i++) {
        writer.out = fopen(path, "w");
        assert_non_null(writer.out);
        write_scenario(&writer, i);
        fclose(writer.out);
        struct diagnostics diagnostics = {0};
        struct scenario *scenario = NULL;
        enum status status = scenario_load(path, NULL, &model_registry, &diagnostics, &scenario);
        struct run_result *result = NULL;
        if (status == STATUS_OK)
            status = run_scenario(scenario, &(struct run_options){.threads = 1}, &result);
        if (status != STATUS_OK)
            show(path, &diagnostics);
        assert_int_equal(status, STATUS_OK);
        for (uint32_t k = 0; k < scenario->entity_count; k++) {
            assert_int_equal(ledger_accounted(&result->ledgers[k]), result->ledgers[k].entered);
            entered += result->ledgers[k].entered;
        }
        run_result_free(result);
        scenario_free(scenario);
        diagnostics_fini(&diagnostics);
    }
    unlink(path);
    assert_true(entered > 1000000); /* they were no empty runs */
}

int main(void)
{
    (void)gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_scenarios)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
