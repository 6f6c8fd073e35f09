/* test_database_serverless.c: instances of the class db.serverless: connections by the guide's table, vCPUs that are less than whole
 * against M/M/c, capacity that follows the load, pauses and resumes, readers that follow the writer, what is billed and refused. */
#include "model_fixture.h"
#include "refusals.h"
#include "statistics_bounds.h"

#define CLUSTER(ENGINE, LEAST, MOST, MORE)                                                                                                 \
    "'C': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': '" ENGINE                                                               \
    "', 'ServerlessV2ScalingConfiguration': {'MinCapacity': " LEAST ", 'MaxCapacity': " MOST MORE "}}}"
#define MEMBER(NAME, ENGINE, CLASS, MORE)                                                                                                  \
    ", '" NAME "': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': '" ENGINE "', 'DBInstanceClass': '" CLASS                     \
    "', 'DBClusterIdentifier': {'Ref': 'C'}" MORE "}}"
#define SERVERLESS(NAME, MORE) MEMBER(NAME, "aurora-mysql", "db.serverless", MORE)
#define ONE(LEAST, MOST) "'Resources': {" CLUSTER("aurora-mysql", LEAST, MOST, "") SERVERLESS("A", "") "}"

static void check_connections(struct model_run *run, const char *engine, const char *least, double acu, double most)
{
    model_run(run,
              "{'duration': '1s', 'Resources': {" CLUSTER("%s", "%s", "%g", "")
                  MEMBER("A", "%s", "db.serverless",
                         "") "}, 'behavior': "
                             "{'C': {'query': '20s'}}, 'traffic': [{'name': 't', 'target': 'C', 'bursts': {'size': 7000, 'every': '1h'}}]}",
              engine, least, acu, engine);
    assert_near(figure(run, "A", "DatabaseConnections", "Maximum"), most, 0);
    assert_int_equal(count_of(run, "A", "ConnectionsRefused"), 7000 - (int64_t)most);
}

/* crosses: aurora_v2_mysql_max_connections_* aurora_v2_postgres_max_connections_* aurora_v2_postgres_low_minimum_cap */
static void test_connections(void **state)
{
    struct model_run *run = *state;
    struct rule_book *rules = model_rules("current");
    unsigned rows = 0;
    for (size_t i = 0; i < rules->count; i++) {
        char engine[16];
        int acu;
        if (sscanf(rules->rules[i].name, "aurora_v2_%15[a-z]_max_connections_%d_acu", engine, &acu) != 2)
            continue;
        check_connections(run, strcmp(engine, "mysql") == 0 ? "aurora-mysql" : "aurora-postgresql", "1", acu, rules->rules[i].number);
        rows++;
    }
    assert_int_equal(rows, 18);
    check_connections(run, "aurora-mysql", "0.5", 6, 135 + (1000 - 135) / 2); /* half way between 4 and 8 ACU */
    check_connections(run, "aurora-postgresql", "0.5", 32, 2000);
    check_connections(run, "aurora-postgresql", "0", 128, 2000);
    rule_book_free(rules);
}

/* An ACU is a quarter of a vCPU: less than a whole one is as much slower, more are two that are slower. */
static void test_speed(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '100s', " ONE("1", "1") ", 'behavior': {'C': {'query': '10ms'}}, 'traffic': [{'name': 't', 'target': 'C', "
                                                         "'constant': '10/s'}]}");
    assert_near(figure(run, "A", "TransactionTime", "Minimum"), 40, 1e-9);
    assert_near(figure(run, "A", "TransactionTime", "Maximum"), 40, 1e-9);
    assert_near(figure(run, "A", "CPUUtilization", "Average"), 40, 1e-3);
    assert_near(figure(run, "A", "ACUUtilization", "Average"), 100, 1e-9);
    /* 1.5 vCPUs for exponential 15 ms: one alone has a whole one, two and more share. A birth-death process with births of 60/s and deaths
     * of 66.7/s from 1 and 100/s from above: p1 = 0.9 p0, p(n+1) = 0.6 p(n), so the mean number is 0.9 / 0.16 / (1 + 0.9 / 0.4). */
    model_run(run, "{'duration': '30m', 'warmup': '1m', 'replications': 8, " ONE(
                       "6", "6") ", 'behavior': {'C': {'query': {'exponential': '15ms'}}}, 'traffic': [{'name': 't', 'target': 'C', "
                                 "'poisson': '60/s'}]}");
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < 8; i++) {
        double mean = figure_of(run, "A", "TransactionTime", "Average", i);
        sum += mean;
        squares += mean * mean;
    }
    double t = (sum / 8 - 0.9 / 0.16 / (1 + 0.9 / 0.4) / 60 * 1e3) / sqrt((squares - sum * sum / 8) / 7 / 8);
    check_tails("time", gsl_cdf_tdist_P(t, 7), gsl_cdf_tdist_Q(t, 7), 1e-3);
}

/* What works goes on faster as capacity grows: a step of half an ACU a second, 0.125 vCPU, from 0.25 to 0.5. */
static void test_grows(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', 'drain': '5m', " ONE("1", "2") ", 'behavior': {'C': {'query': '10s'}}, 'traffic': [{'name': 't', "
                                                                      "'target': 'C', 'bursts': {'size': 1, 'every': '1h'}}]}");
    /* 1 s x 0.25 + 1 s x 0.375 + 18.75 s x 0.5 are 10 s. */
    assert_near(figure(run, "A", "TransactionTime", "Maximum"), 20750, 1e-3);
    /* A second each at 1 and 1.5 ACU, then 2; the load ends at 20.75 s, the second from 21 s on is without: steps down at 22 and 37 s. */
    assert_near(figure(run, "A", "ServerlessDatabaseCapacity", "Average") * 60, 1 + 1.5 + 2 * 20 + 1.5 * 15 + 1 * 23, 1e-6);
    /* Half a vCPU, of which 0.7 shall be used, is 2.86 ACU: 3, when it has come down from what the first seconds took. */
    model_run(run, "{'duration': '70m', 'warmup': '10m', " ONE("0.5", "16") ", 'behavior': {'C': {'query': '10ms'}}, 'traffic': [{'name': "
                                                                            "'t', 'target': 'C', 'constant': '50/s'}]}");
    double usd;
    assert_near(figure(run, "A", "ServerlessDatabaseCapacity", "Average"), 3, 0);
    assert_near(billed(run, "A", "Aurora:ServerlessV2Usage", &usd), 3, 1e-9);
    assert_near(usd, 0.36, 1e-9);
    assert_near(figure(run, "A", "ACUUtilization", "Average"), 100 * 3.0 / 16, 1e-9);
    assert_near(figure(run, "A", "CPUUtilization", "Average"), 100 * 0.5 / 4, 1e-3);
}

/* Idle it costs nothing, or the least that it may have. */
static void test_idle(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_run(run, "{'duration': '25h', 'warmup': '1h', 'period': '1h', " ONE("0", "16") ", 'traffic': []}");
    assert_near(billed(run, "A", "Aurora:ServerlessV2Usage", NULL), 0, 0);
    assert_near(figure(run, "A", "ServerlessDatabaseCapacity", "Maximum"), 0, 0);
    model_run(run, "{'duration': '25h', 'warmup': '1h', 'period': '1h', " ONE("0.5", "16") ", 'traffic': []}");
    assert_near(billed(run, "A", "Aurora:ServerlessV2Usage", &usd), 12, 1e-9);
    assert_near(usd, 12 * 0.12, 1e-9);
    /* Five minutes from its beginning, and from the end of a connection that an environment kept for ten. */
    model_run(run, "{'duration': '1h', 'drain': '1m', 'Resources': {" CLUSTER("aurora-mysql", "0", "1", "") SERVERLESS(
                       "A", "") ", 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60}}}, 'behavior': {'C': {'query': "
                                "'0s'}, 'F': {'init': '0s', 'keep_alive': '10m', 'max_lifetime': 'forever', 'steps': [{'call': 'C'}]}}, "
                                "'traffic': [{'name': 't', 'target': 'F', 'from': '10m', 'bursts': {'size': 1, 'every': '5h'}}]}");
    assert_int_equal(count_of(run, "A", "Pauses"), 2);
    assert_int_equal(count_of(run, "A", "Resumes"), 1);
    /* INIT waits for it, is stopped after its 10 s, and is done again in the invocation, for which less is left to wait. */
    assert_near(figure(run, "F", "InitDuration", "Maximum"), 10000, 0);
    double resume_s = figure(run, "t", "ResponseTime", "Maximum") / 1e3;
    assert_true(resume_s >= 14 && resume_s <= 16);
    assert_near(figure(run, "A", "ServerlessDatabaseCapacity", "Average") * 3600, 0.5 * (300 + 600 + 300), 0.01);
}

/* Who connects waits, for longer after a day. */
static void test_resume(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '3d', 'period': '1h', " ONE("0", "16") ", 'behavior': {'C': {'query': '0s'}}, 'traffic': [{'name': 'soon', "
                                                                   "'target': 'C', 'from': '1h', 'bursts': {'size': 3, 'every': '9d'}}, "
                                                                   "{'name': 'late', 'target': 'C', 'from': '30h', 'bursts': {'size': 3, "
                                                                   "'every': '9d'}}]}");
    assert_int_equal(count_of(run, "A", "Resumes"), 2);
    assert_true(figure(run, "soon", "ResponseTime", "Minimum") >= 14e3 && figure(run, "soon", "ResponseTime", "Maximum") <= 16e3);
    assert_true(figure(run, "late", "ResponseTime", "Minimum") >= 30e3 && figure(run, "late", "ResponseTime", "Maximum") <= 40e3);
    assert_near(figure(run, "soon", "ResponseTime", "Minimum"), figure(run, "soon", "ResponseTime", "Maximum"), 0);
    /* SecondsUntilAutoPause. */
    model_run(run, "{'duration': '1h', 'Resources': {" CLUSTER("aurora-mysql", "0", "1", ", 'SecondsUntilAutoPause': 1800")
                       SERVERLESS("A", "") "}, 'traffic': []}");
    assert_near(figure(run, "A", "ServerlessDatabaseCapacity", "Average"), 0.25, 1e-9);
}

#define LOADED                                                                                                                             \
    "'behavior': {'C': {'query': '10ms'}}, 'traffic': [{'name': 't', 'target': 'C', 'constant': '50/s', 'from': '10m', 'until': '40m'}]"

/* A reader of the tiers 0 and 1 has as much as the writer, and pauses and resumes with it; another goes by itself. */
static void test_readers(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1h', 'Resources': {" CLUSTER("aurora-mysql", "0", "16", "") SERVERLESS("A", "") SERVERLESS("B", "")
                       SERVERLESS("E", ", 'PromotionTier': 2") "}, " LOADED "}");
    assert_int_equal(count_of(run, "B", "Transactions"), 0);
    assert_near(figure(run, "B", "ServerlessDatabaseCapacity", "Maximum"), figure(run, "A", "ServerlessDatabaseCapacity", "Maximum"), 0);
    assert_true(figure(run, "A", "ServerlessDatabaseCapacity", "Maximum") > 3);
    assert_near(figure(run, "E", "ServerlessDatabaseCapacity", "Maximum"), 0.5, 0);
    assert_int_equal(count_of(run, "A", "Pauses"), 2);
    assert_int_equal(count_of(run, "B", "Pauses"), 2);
    assert_int_equal(count_of(run, "E", "Pauses"), 1);
    assert_int_equal(count_of(run, "B", "Resumes"), 1);
    assert_int_equal(count_of(run, "E", "Resumes"), 0);
    /* An instance that is none of the class is always awake, and so is the writer; its readers have as much as its 16 GiB. */
    model_run(run, "{'duration': '1h', 'Resources': {" CLUSTER("aurora-mysql", "0", "32", "") MEMBER("A", "aurora-mysql", "db.r5.large", "")
                       SERVERLESS("B", "") SERVERLESS("E", ", 'PromotionTier': 15") "}, " LOADED "}");
    assert_int_equal(count_of(run, "B", "Pauses"), 0);
    assert_near(figure(run, "B", "ServerlessDatabaseCapacity", "Average"), 7.5, 0); /* 0.92 of it, in halves of 2 GiB */
    assert_int_equal(count_of(run, "E", "Pauses"), 1);
}

/* It fails over like any other: the reader that takes over is awake by then. */
static void test_failover(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1h', 'Resources': {" CLUSTER("aurora-mysql", "0", "16", "") SERVERLESS("A", "") SERVERLESS(
                       "E", ", 'PromotionTier': 2") "}, 'changes': [{'at': '20m', 'fault': 'C', 'kind': 'failover'}], " LOADED "}");
    assert_true(count_of(run, "A", "TransactionsFailed") > 0);
    assert_int_equal(count_of(run, "E", "Resumes"), 1);
    assert_int_equal(count_of(run, "A", "Transactions") + count_of(run, "E", "Transactions"), 90000);
    assert_int_equal(count_of(run, "E", "TransactionsFailed"), 0);
}

/* Behind a proxy it never pauses; that costs at least 8 ACU. */
static void test_proxy(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_run(run, "{'duration': '10h', 'Resources': {" CLUSTER("aurora-mysql", "0", "16", "") SERVERLESS(
                       "A", "") ", 'X': {'Type': 'AWS::RDS::DBProxy', 'Properties': {}}, 'G': {'Type': 'AWS::RDS::DBProxyTargetGroup', "
                                "'Properties': {'DBProxyName': 'X', 'DBClusterIdentifiers': ['C']}}}, 'traffic': []}");
    assert_true(diagnosed(&run->diagnostics, 0, 0, "C will not pause"));
    assert_int_equal(count_of(run, "A", "Pauses"), 0);
    assert_near(billed(run, "X", "RDS:ProxyUsage-ServerlessV2", &usd), 80, 1e-9);
    assert_near(usd, 1.2, 1e-9);
    assert_near(billed(run, "X", "RDS:ProxyUsage", NULL), 0, 0);
}

static void test_mistakes(void **state)
{
    static const struct refusal cases[] = {
        {CLUSTER("aurora-mysql", "2", "1", "") SERVERLESS("A", ""), "MinCapacity is 2 ACU, and MaxCapacity 1"},
        {CLUSTER("aurora-mysql", "0.3", "1", "") SERVERLESS("A", ""), "0.5"},
        {CLUSTER("aurora-mysql", "0", "0.5", "") SERVERLESS("A", ""), "must be between 1 and 256"},
        {CLUSTER("aurora-mysql", "0", "300", "") SERVERLESS("A", ""), "must be between 1 and 256"},
        {CLUSTER("aurora-mysql", "0", "1", ", 'SecondsUntilAutoPause': 100") SERVERLESS("A", ""), "must be between"},
        {"'C': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': 'aurora-mysql'}}" SERVERLESS("A", ""),
         "C does not say what capacity its serverless instances have"},
        {"'A': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': 'mysql', 'DBInstanceClass': 'db.serverless'}}",
         "belongs to an Aurora cluster"},
    };
    assert_refused(*state, "{'duration': '1s', 'Resources': {%s}, 'traffic': []}", cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_connections), MODEL_TEST(test_speed),    MODEL_TEST(test_grows), MODEL_TEST(test_idle),     MODEL_TEST(test_resume),
        MODEL_TEST(test_readers),     MODEL_TEST(test_failover), MODEL_TEST(test_proxy), MODEL_TEST(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
