/* test_database.c: databases: waiting for vCPUs against M/M/c, connections by class and parameter group, writes that call functions in
 * both ways and how they fail, clusters, what is billed and refused. */
#include "erlang.h"
#include "model_fixture.h"
#include "refusals.h"
#include "statistics_bounds.h"

#define ROLES "'AssociatedRoles': [{'FeatureName': 'Lambda', 'RoleArn': 'r'}]"
#define INSTANCE(NAME, ENGINE, CLASS, MORE)                                                                                                \
    "'" NAME "': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': '" ENGINE "', 'DBInstanceClass': '" CLASS "'" MORE "}}"
#define FUNCTION "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60}}"

/* Of M/M/c the mean time in system is s + C / (c / s - rate), by Erlang's C: here of 4 vCPUs, 160 a second and 20 ms. */
static void test_vcpus(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '30m', 'warmup': '1m', 'replications': 8, 'Resources': {" INSTANCE(
                       "D", "postgres", "db.m5.xlarge", "") "}, 'behavior': {'D': {'query': {'exponential': '20ms'}}}, 'traffic': "
                                                            "[{'name': 't', 'target': 'D', 'poisson': '160/s'}]}");
    double times[8], loads[8];
    for (uint32_t i = 0; i < 8; i++) {
        times[i] = figure_of(run, "D", "TransactionTime", "Average", i) / 1e3;
        loads[i] = figure_of(run, "D", "CPUUtilization", "Average", i);
    }
    check_student("time", times, 8, 0.02 + erlang_c(3.2, 4) / (4 / 0.02 - 160), 1e-3);
    check_student("load", loads, 8, 100 * 160 * 0.02 / 4, 1e-3);
    /* Little's law: transactions under way are the rate times their time, but for those that lie across either end of the 1,740 s. */
    double across = 2 * figure(run, "D", "DBLoad", "Maximum") * figure(run, "D", "TransactionTime", "Maximum") / 1e3;
    assert_near(figure(run, "D", "DBLoad", "Average") * 1740,
                figure(run, "D", "TransactionTime", "SampleCount") * figure(run, "D", "TransactionTime", "Average") / 1e3, across);
}

/* max_connections by engine and class, by the formulas of the guides on 0.92 of the nominal memory, and by parameter groups. */
/* crosses: rds_postgres_max_connections_cap */
static void test_max_connections(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *engine, *class, *parameters;
        int64_t most;
    } cases[] = {
        {"postgres", "db.t3.micro", "", 103},
        {"postgres", "db.m5.large", "", 829},
        {"postgres", "db.r5.16xlarge", "", 5000},
        {"mysql", "db.t3.micro", "", 78},
        {"mysql", "db.m5.large", "", 628},
        {"mariadb", "db.m5.large", "", 314},
        {"postgres", "db.m5.large", "'7'", 7},
        {"postgres", "db.m5.large", "3", 3},
        {"mysql", "db.m5.large", "'{DBInstanceClassMemory/98784247}'", 80},
        {"postgres", "db.m5.large", "'LEAST({DBInstanceClassMemory/9531392},50)'", 50},
        {"postgres", "db.m5.large", "'GREATEST({DBInstanceClassMemory/9531392}, 900)'", 900},
        {"postgres", "db.m5.large", "'SUM({DBInstanceClassMemory/9531392}, 100, 1)'", 930},
        {"postgres", "db.m5.large", "'{DBInstanceClassMemory*2/9531392}'", 1658},
        {"postgres", "db.m5.large", "'{DBInstanceVCPU*50}'", 100},
        /* Aurora MySQL's own: log2(m / 805306368) x 45 and log2(m / 8187281408) x 1000 of 0.92 x 16 and 0.92 x 8 GiB. */
        {"mysql", "db.r5.large", "'GREATEST({log(DBInstanceClassMemory/805306368)*45},{log(DBInstanceClassMemory/8187281408)*1000})'", 948},
        {"mysql", "db.m5.large", "'GREATEST({log(DBInstanceClassMemory/805306368)*45},{log(DBInstanceClassMemory/8187281408)*1000})'", 148},
        {"postgres", "db.m5.large",
         "'GREATEST(LEAST(1,2),LEAST(2,3),LEAST(3,4),LEAST(4,5),LEAST(5,6),LEAST(6,7),LEAST(7,8),LEAST(8,9),LEAST(9,11))'", 9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool group = cases[i].parameters[0] != '\0';
        /* All at once, each for ten seconds of one vCPU: those beyond the limit are refused. */
        model_run(run,
                  "{'duration': '1s', 'Resources': {'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': '%s', "
                  "'DBInstanceClass': '%s'%s}}%s%s%s}, 'behavior': {'D': {'query': '10s'}}, 'traffic': [{'name': 't', 'target': 'D', "
                  "'bursts': {'size': 6000, 'every': '10s'}}]}",
                  cases[i].engine, cases[i].class, group ? ", 'DBParameterGroupName': {'Ref': 'P'}" : "",
                  group ? ", 'P': {'Type': 'AWS::RDS::DBParameterGroup', 'Properties': {'Family': 'f', 'Parameters': {'log_statement': "
                          "'all', 'max_connections': "
                        : "",
                  cases[i].parameters, group ? "}}}" : "");
        assert_int_equal(fates_of(run, "D", FATE_THROTTLED, "too many connections"), 6000 - cases[i].most);
        assert_int_equal(count_of(run, "D", "ConnectionsRefused"), 6000 - cases[i].most);
        assert_near(figure(run, "D", "DatabaseConnections", "Maximum"), (double)cases[i].most, 0);
    }
}

#define CALLING(ENGINE, STEP, FUNCTION_BEHAVIOR, MORE)                                                                                     \
    "{'duration': '100s', 'drain': '5m', 'Resources': {" INSTANCE(                                                                         \
        "D", ENGINE, "db.m5.large", ", " ROLES) ", " FUNCTION "}, 'behavior': "                                                            \
                                                "{'F': {'init': '0s', " FUNCTION_BEHAVIOR "}, 'D': {'query': '10ms', 'on_write': [" STEP   \
                                                "]}}, 'traffic': [{'name': 'w', 'target': 'D', 'constant': '10/s'" MORE "}]}"

/* A call of type RequestResponse blocks the transaction for the function's time; Event does not; a read calls nobody. */
static void test_types(void **state)
{
    struct model_run *run = *state;
    model_run(run, CALLING("postgres", "{'invoke': 'F'}", "'duration': '200ms'", ""));
    assert_near(figure(run, "D", "TransactionTime", "Maximum"), 210, 1e-9);
    assert_near(figure(run, "D", "TransactionTime", "Minimum"), 210, 1e-9);
    assert_int_equal(count_of(run, "F", "Invocations"), 1000);
    /* The connection is held all the time, the vCPU is not: 10/s x 0.21 s, 10/s x 0.01 s of two. */
    assert_near(figure(run, "D", "DatabaseConnections", "Average"), 2.1, 0.01);
    assert_near(figure(run, "D", "CPUUtilization", "Average"), 5, 0.01);
    model_run(run, CALLING("postgres", "{'invoke': 'F', 'type': 'Event'}", "'duration': '200ms'", ""));
    assert_near(figure(run, "D", "TransactionTime", "Maximum"), 10, 1e-9);
    assert_int_equal(count_of(run, "F", "Invocations"), 1000);
    model_run(run, CALLING("postgres", "{'invoke': 'F'}", "'duration': '200ms'", ", 'operation': 'read'"));
    assert_near(figure(run, "D", "TransactionTime", "Maximum"), 10, 1e-9);
    assert_int_equal(count_of(run, "F", "Invocations"), 0);
}

/* A failed call fails the transaction, unless its step goes on, or it was of type Event; so does one that takes more than 3 s. */
static void test_failures(void **state)
{
    struct model_run *run = *state;
    model_run(run, CALLING("postgres", "{'invoke': 'F'}", "'duration': '1ms', 'error_rate': 1", ""));
    assert_int_equal(fates_of(run, "D", FATE_FAILED, "on_write failed"), 1000);
    assert_int_equal(count_of(run, "D", "TransactionsFailed"), 1000);
    model_run(run, CALLING("postgres", "{'invoke': 'F', 'on_error': 'continue'}", "'duration': '1ms', 'error_rate': 1", ""));
    assert_int_equal(fates_of(run, "D", FATE_SUCCEEDED, ""), 1000);
    model_run(run, CALLING("postgres", "{'invoke': 'F', 'type': 'Event'}", "'duration': '1ms', 'error_rate': 1", ""));
    assert_int_equal(fates_of(run, "D", FATE_SUCCEEDED, ""), 1000);
    model_run(run, CALLING("postgres", "{'invoke': 'F'}", "'duration': '5s'", ""));
    assert_int_equal(fates_of(run, "D", FATE_FAILED, "on_write failed"), 1000);
    assert_near(figure(run, "D", "TransactionTime", "Maximum"), 3010, 1e-9);
    assert_near(figure(run, "F", "Duration", "Minimum"), 5000, 1e-9); /* it runs on, and is billed */
    model_run(run, CALLING("postgres", "{'invoke': 'F', 'timeout': '6s'}", "'duration': '5s'", ""));
    assert_int_equal(fates_of(run, "D", FATE_SUCCEEDED, ""), 1000);
}

/* The group's parameter says how long the database waits. */
static void test_request_timeout(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '10s', 'drain': '1m', 'Resources': {'P': {'Type': 'AWS::RDS::DBParameterGroup', 'Properties': "
                   "{'Parameters': {'aws_lambda.request_timeout_ms': '500'}}}, " INSTANCE(
                       "D", "postgres", "db.m5.large",
                       ", " ROLES
                       ", 'DBParameterGroupName': {'Ref': 'P'}") ", " FUNCTION "}, 'behavior': {'F': {'init': '0s', 'duration': '1s'}, "
                                                                 "'D': {'query': '10ms', 'on_write': [{'invoke': 'F'}]}}, "
                                                                 "'traffic': [{'name': 'w', 'target': 'D', 'constant': '1/s'}]}");
    assert_near(figure(run, "D", "TransactionTime", "Maximum"), 510, 1e-9);
    assert_int_equal(fates_of(run, "D", FATE_FAILED, "on_write failed"), 10);
}

/* A version or an alias is a function. */
static void test_aliases(void **state)
{
    struct model_run *run = *state;
    static const char *const targets[] = {"F", "F:live", "F:1"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        model_run(run,
                  "{'duration': '10s', 'drain': '1m', 'Resources': {" INSTANCE(
                      "D", "postgres", "db.m5.large", ", " ROLES) ", 'F': {'Type': "
                                                                  "'AWS::Serverless::Function', 'Properties': {'AutoPublishAlias': "
                                                                  "'live'}}}, 'behavior': {'F': {'init': '0s', 'duration': "
                                                                  "'1s'}, 'D': {'query': '10ms', 'on_write': [{'invoke': '%s'}]}}, "
                                                                  "'traffic': [{'name': 'w', 'target': 'D', 'constant': "
                                                                  "'1/s'}]}",
                  targets[i]);
        assert_int_equal(count_of(run, "F", "Invocations"), 10);
    }
}

/* What would not work on AWS fails where it is wanted all the same. */
static void test_allowed(void **state)
{
    struct model_run *run = *state;
#define ALLOWED(ENGINE, NAME, ROLE)                                                                                                        \
    "{'duration': '10s', 'drain': '1m', 'allow_invalid': ['" NAME "'], 'Resources': {" INSTANCE(                                           \
        "D", ENGINE, "db.m5.large",                                                                                                        \
        ROLE) ", " FUNCTION                                                                                                                \
              "}, 'behavior': {'F': {'init': '0s'}, 'D': {'query': '10ms', 'on_write': [{'invoke': 'F'}]}}, 'traffic': [{'name': 'w', "    \
              "'target': 'D', 'constant': '1/s'}]}"
    model_run(run, ALLOWED("mysql", "database_engine", ", " ROLES));
    assert_int_equal(fates_of(run, "D", FATE_FAILED, "no function to call another with"), 10);
    model_run(run, ALLOWED("postgres", "database_role", ""));
    assert_int_equal(fates_of(run, "D", FATE_FAILED, "AccessDenied"), 10);
    assert_int_equal(count_of(run, "F", "Invocations"), 0);
}

/* A cluster's endpoint leads to its first instance, which has what the cluster says. */
static void test_cluster(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_run(
        run,
        "{'duration': '1h', 'Resources': {'C': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': 'aurora-mysql', "
        "'AssociatedRoles': [{'RoleArn': 'r'}]}}, " INSTANCE(
            "A", "aurora-mysql", "db.r5.2xlarge",
            ", 'DBClusterIdentifier': {'Ref': 'C'}") ", " INSTANCE("B", "aurora-mysql", "db.r5.large",
                                                                   ", 'DBClusterIdentifier': {'Ref': 'C'}") ", " FUNCTION
                                                                                                            "}, 'behavior': {'F': {'init': "
                                                                                                            "'0s', 'duration': '4s'}, 'C': "
                                                                                                            "{'query': '10ms', 'on_write': "
                                                                                                            "[{'invoke': 'F'}], "
                                                                                                            "'stored': '73GB'}}, "
                                                                                                            "'traffic': [{'name': 'w', "
                                                                                                            "'target': 'C', 'constant': "
                                                                                                            "'1/s', 'until': '50m'}]}");
    assert_int_equal(count_of(run, "A", "Transactions"), 3000);
    assert_int_equal(count_of(run, "B", "Transactions"), 0);
    assert_near(figure(run, "A", "TransactionTime", "Maximum"), 4010, 1e-9); /* no time limit is documented of lambda_sync */
    assert_near(billed(run, "A", "InstanceUsage:db.r5.large:aurora", &usd), 4, 1e-9);
    assert_near(usd, 4 * 0.29, 1e-9);
    assert_near(billed(run, "B", "InstanceUsage:db.r5.large:aurora", NULL), 1, 1e-9);
    assert_near(billed(run, "C", "Aurora:StorageUsage", NULL), 73.0 / 730, 1e-9);
}

static void test_bill(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '73h', 'period': '1h', 'Resources': {" INSTANCE(
                       "D", "mysql", "db.t3.medium", ", 'AllocatedStorage': 100, 'MultiAZ': true") "}, 'traffic': [{'name': 't', "
                                                                                                   "'target': 'D', 'constant': '1/h'}]}");
    assert_near(billed(run, "D", "InstanceUsage:db.t3.medium:mysql", NULL), 146, 1e-9);
    assert_near(billed(run, "D", "RDS:GP3-Storage", NULL), 20, 1e-9);
}

/* A connection is opened for each transaction of a source, which takes its time and no vCPU. */
static void test_connect_time(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '10s', 'drain': '1s', 'Resources': {" INSTANCE(
                       "D", "postgres", "db.m5.large", "") "}, 'behavior': {'D': {'query': '10ms', 'connect_time': '50ms'}}, 'changes': "
                                                           "[{'at': '5s', 'for': '2s', 'fault': 'D', 'kind': 'down'}], 'traffic': "
                                                           "[{'name': 't', 'target': 'D', 'constant': '10/s'}]}");
    assert_near(figure(run, "D", "TransactionTime", "Maximum"), 60, 1e-9);
    assert_int_equal(count_of(run, "D", "TransactionsFailed"), 20);
    assert_near(figure(run, "D", "DBLoadCPU", "Average"), 0.08, 1e-3);
}

static void test_mistakes(void **state)
{
    struct model_run *run = *state;
#define SCENARIO(RESOURCES, BEHAVIOR)                                                                                                      \
    "{'duration': '1m', 'Resources': {" FUNCTION ", 'Q': {'Type': 'AWS::SQS::Queue'}, " RESOURCES "}, 'behavior': {" BEHAVIOR              \
    "}, 'traffic': [{'name': 't', 'target': 'D', 'constant': '1/s'}]}"
#define WRITES "'D': {'on_write': [{'invoke': 'F'}]}"
    static const struct refusal cases[] = {
        {SCENARIO(INSTANCE("D", "mysql", "db.m5.large", ", " ROLES), WRITES), "a database of engine mysql cannot call a function"},
        {SCENARIO(INSTANCE("D", "mariadb", "db.m5.large", ", " ROLES), WRITES), "a database of engine mariadb cannot call a function"},
        {SCENARIO(INSTANCE("D", "postgres", "db.m5.large", ""), WRITES), "needs an associated role of the feature Lambda"},
        {SCENARIO(INSTANCE("D", "postgres", "db.m5.large", ", 'AssociatedRoles': [{'FeatureName': 's3Import', 'RoleArn': 'r'}]"), WRITES),
         "needs an associated role of the feature Lambda"},
        {SCENARIO(INSTANCE("D", "postgres", "db.m5.large", ", " ROLES), "'D': {'on_write': [{'send': 'Q'}]}"),
         "a database calls functions alone"},
        {SCENARIO(INSTANCE("D", "postgres", "db.m5.large", ", " ROLES), "'D': {'on_write': [{'cpu': '1ms'}]}"),
         "a write's own work is its query"},
        {SCENARIO(INSTANCE("D", "postgres", "db.m5.huge", ""), ""), "know no class \"db.m5.huge\""},
        {SCENARIO(INSTANCE("D", "postgres", "t3.micro", ""), ""), "know no class \"t3.micro\""},
        {SCENARIO(INSTANCE("D", "postgres", "db.serverless", ""), ""), "belongs to an Aurora cluster"},
        {SCENARIO(INSTANCE("D", "oracle-ee", "db.m5.large", ""), ""), "oracle-ee"},
        {SCENARIO(INSTANCE("D", "aurora-mysql", "db.r5.large", ""), ""), "belongs to a cluster"},
        {SCENARIO(INSTANCE("D", "postgres", "db.m5.large", ", 'DBClusterIdentifier': 'Q'"), ""), "Q is AWS::SQS::Queue"},
        {SCENARIO("'D': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': 'aurora-mysql'}}", ""), "a cluster needs an instance"},
        {SCENARIO("'D': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': 'aurora-mysql'}}, " INSTANCE(
                      "I", "aurora-postgresql", "db.r5.large", ", 'DBClusterIdentifier': 'D'"),
                  ""),
         "its cluster is of engine aurora-mysql"},
        {SCENARIO(INSTANCE("D", "postgres", "db.m5.large",
                           ", 'DBParameterGroupName': {'Ref': 'P'}") ", 'P': {'Type': 'AWS::RDS::DBParameterGroup', 'Properties': "
                                                                     "{'Parameters': {'max_connections': '0x10'}}}",
                  ""),
         "\"0x10\" gives no number of connections"},
        {SCENARIO(INSTANCE("D", "postgres", "db.m5.large", ", 'DBParameterGroupName': {'Ref': 'P'}") ", 'P': {'Type': "
                                                                                                     "'AWS::RDS::DBParameterGroup', "
                                                                                                     "'Properties': {'Parameters': "
                                                                                                     "{'max_connections': 'many'}}}",
                  ""),
         "\"many\" gives no number of connections"},
    };
    assert_refused(run, "%s", cases, sizeof cases / sizeof *cases);
}

/* crosses: aurora_mysql_max_connections_cap rds_mysql_max_connections_max rds_postgres_max_connections_max */
static void test_most_connections(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *engine;
        int most;
    } cases[] = {{"mysql", 100000}, {"mariadb", 100000}, {"postgres", 262143}, {"aurora-mysql", 16000}, {"aurora-postgresql", 262143}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool aurora = strncmp(cases[i].engine, "aurora", 6) == 0;
        for (int over = 0; over < 2; over++) {
            char text[900], says[80];
            snprintf(text, sizeof text,
                     "{'duration': '1s', 'Resources': {'C': {'Type': '%s', 'Properties': {'Engine': '%s'%s}}, 'D': {'Type': "
                     "'AWS::RDS::DBInstance', 'Properties': {'Engine': '%s', 'DBInstanceClass': 'db.r5.large', 'DBParameterGroupName': "
                     "{'Ref': 'P'}%s}}, 'P': {'Type': 'AWS::RDS::DBParameterGroup', 'Properties': {'Parameters': {'max_connections': "
                     "%d}}}}, 'traffic': []}",
                     aurora ? "AWS::RDS::DBCluster" : "AWS::RDS::DBInstance", cases[i].engine,
                     aurora ? "" : ", 'DBInstanceClass': 'db.r5.large'", cases[i].engine,
                     aurora ? ", 'DBClusterIdentifier': {'Ref': 'C'}" : "", cases[i].most + over);
            snprintf(says, sizeof says, "1 to %d connections", cases[i].most);
            assert_int_equal(model_load(run, text), over ? STATUS_INVALID : STATUS_OK);
            assert_true(diagnosed(&run->diagnostics, 0, 0, says) == (over == 1));
        }
    }
}

/* Formulas that give nothing. */
static void test_formulas(void **state)
{
    static const struct refusal cases[] = {
        {"{DBInstanceClassMemory/9531392", "gives no number"},
        {"{log(DBInstanceClassMemory/0)*2}", "gives no number"},
        {"{log(0)*2}", "gives no number"},
        {"{log(DBInstanceClassMemory}", "gives no number"},
        {"SUM()", "gives no number"},
        {"{DBInstanceClassMemory-1}", "gives no number"},
        {"{EndPointPort}", "gives no number"},
        {"{DBInstanceClassMemory*DBInstanceClassMemory*DBInstanceClassMemory}", "1 to 262143 connections"},
        {"{log(DBInstanceVCPU/4)*10}", "1 to 262143 connections"},
    };
    assert_refused(
        *state,
        "{'duration': '1s', 'Resources': {" INSTANCE(
            "D", "postgres", "db.m5.large", ", 'DBParameterGroupName': 'P'") ", 'P': "
                                                                             "{'Type': 'AWS::RDS::DBParameterGroup', 'Properties': "
                                                                             "{'Parameters': {'max_connections': '%s'}}}}, 'traffic': []}",
        cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_vcpus),    MODEL_TEST(test_max_connections), MODEL_TEST(test_types),
        MODEL_TEST(test_failures), MODEL_TEST(test_request_timeout), MODEL_TEST(test_most_connections),
        MODEL_TEST(test_aliases),  MODEL_TEST(test_allowed),         MODEL_TEST(test_cluster),
        MODEL_TEST(test_bill),     MODEL_TEST(test_connect_time),    MODEL_TEST(test_mistakes),
        MODEL_TEST(test_formulas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
