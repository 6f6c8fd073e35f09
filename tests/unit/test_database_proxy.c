/* test_database_proxy.c: proxies of databases: the pool against M/M/c, borrow timeouts against M/M/c with a limit of waiting, clients
 * without limit, sessions that are pinned, connections that are idle, what is billed and refused. */
#include "erlang.h"
#include "model_fixture.h"
#include "refusals.h"
#include "statistics_bounds.h"

/* A database D of at most MOST connections, a proxy X of it whose pool is POOL. */
#define RESOURCES(MOST, PROXY, POOL, MORE)                                                                                                 \
    "'Resources': {'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': 'postgres', 'DBInstanceClass': 'db.m5.24xlarge', "       \
    "'DBParameterGroupName': {'Ref': 'P'}}}, 'P': {'Type': 'AWS::RDS::DBParameterGroup', 'Properties': {'Parameters': "                    \
    "{'max_connections': '" MOST "'}}}, 'X': {'Type': 'AWS::RDS::DBProxy', 'Properties': {" PROXY "}}, 'G': {'Type': "                     \
    "'AWS::RDS::DBProxyTargetGroup', 'Properties': {'DBProxyName': {'Ref': 'X'}, 'DBInstanceIdentifiers': [{'Ref': 'D'}], "                \
    "'ConnectionPoolConfigurationInfo': {" POOL "}}}" MORE "}"

/* The share of the proxy's transactions that `metric` counts, in eight replications. */
static void check_share(const struct model_run *run, const char *metric, double expected)
{
    double shares[8];
    for (uint32_t i = 0; i < 8; i++)
        shares[i] = figure_of(run, "X", metric, "Sum", i) / figure_of(run, "X", "QueryRequests", "Sum", i);
    check_student(metric, shares, 8, expected, 1e-3);
}

static void test_mmc(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1h', 'warmup': '1m', 'replications': 8, " RESOURCES(
                       "10", "", "'MaxConnectionsPercent': 80, 'MaxIdleConnectionsPercent': 80",
                       "") ", 'behavior': {'D': {'query': {'exponential': '100ms'}}, 'X': {'latency': '3ms'}}, 'traffic': [{'name': 't', "
                           "'target': 'X', 'poisson': '64/s'}]}");
    double waits[8], borrowed[8];
    for (uint32_t i = 0; i < 8; i++) {
        waits[i] = figure_of(run, "X", "DatabaseConnectionsBorrowLatency", "Average", i) / 1e6;
        borrowed[i] = figure_of(run, "X", "DatabaseConnectionsCurrentlyBorrowed", "Average", i);
    }
    double c = erlang_c(6.4, 8);
    check_share(run, "BorrowsWaited", c);
    check_student("mean wait", waits, 8, c / (80 - 64), 1e-3);
    check_student("borrowed", borrowed, 8, 6.4, 1e-3);
    assert_near(figure(run, "D", "DatabaseConnections", "Maximum"), 8, 0);
    assert_near(figure(run, "X", "MaxDatabaseConnectionsAllowed", "Maximum"), 8, 0);
    assert_near(figure(run, "X", "DatabaseConnections", "Minimum"), 8, 0); /* after the warm-up */
    assert_int_equal(count_of(run, "D", "ConnectionsRefused"), 0);
}

/* Who waits for longer than the limit is lost. Of M/M/c whose customers wait for t at most, that share is
 * (1 - u) p / (1 - u p) with p = C e^(-(c / s - rate) t), u the utilisation (Boots and Tijms 1999). */
static void test_borrow_timeout(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '4h', 'warmup': '2m', 'replications': 8, " RESOURCES(
                       "5", "", "'MaxIdleConnectionsPercent': 100, 'ConnectionBorrowTimeout': 1",
                       "") ", 'behavior': {'D': {'query': {'exponential': '1s'}}, 'X': {'latency': '0s'}}, 'traffic': [{'name': 't', "
                           "'target': 'X', 'poisson': '4/s'}]}");
    double p = erlang_c(4, 5) * exp(-1);
    check_share(run, "BorrowTimeouts", 0.2 * p / (1 - 0.8 * p));
    assert_true(figure(run, "X", "DatabaseConnectionsBorrowLatency", "Maximum") <= 1e6);
    /* Without a limit all are served, also those who wait for minutes. */
    model_run(run, "{'duration': '1m', 'drain': '20m', " RESOURCES(
                       "1", "", "'ConnectionBorrowTimeout': 0",
                       "") ", 'behavior': {'D': {'query': '10s'}, 'X': {'latency': '0s'}}, 'traffic': [{'name': 't', 'target': 'X', "
                           "'bursts': {'size': 60, 'every': '1h'}}]}");
    assert_int_equal(fates_of(run, "X", FATE_SUCCEEDED, ""), 60);
    /* At eleven seconds each, eleven begin within 120 s. */
    model_run(
        run, "{'duration': '1m', 'drain': '20m', " RESOURCES(
                 "1", "", "", "") ", 'behavior': {'D': {'query': '11s'}, 'X': {'latency': '0s'}}, 'traffic': [{'name': 't', 'target': 'X', "
                                  "'bursts': {'size': 60, 'every': '1h'}}]}");
    assert_int_equal(fates_of(run, "X", FATE_SUCCEEDED, ""), 11);
    assert_int_equal(fates_of(run, "X", FATE_TIMED_OUT, "Timed-out waiting to acquire database connection"), 49);
}

#define CALLED(SETTINGS, MOST, PROXY, FUNCTION, BEHAVIOR, TRAFFIC)                                                                         \
    "{" SETTINGS                                                                                                                           \
    ", " RESOURCES(MOST, PROXY, "",                                                                                                        \
                   ", 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 300}}") ", 'behavior': {'F': {'init': '0s', "       \
                                                                                               "'max_lifetime': 'forever', 'steps': "      \
                                                                                               "[{'call': 'X'}]" FUNCTION                  \
                                                                                               "}, 'X': {'latency': '0s'}, 'D': "          \
                                                                                               "{" BEHAVIOR "}}, "                         \
                                                                                               "'traffic': [{'name': 't', 'target': "      \
                                                                                               "'F', " TRAFFIC "}]}"

/* 110 environments are 110 clients, let in by a database of 50. The wave over 50 waits one query for its connection, then another. */
static void test_clients(void **state)
{
    struct model_run *run = *state;
    model_run(run, CALLED("'duration': '2m'", "50", "", ", 'keep_alive': '1m'", "'query': '1s'", "'bursts': {'size': 110, 'every': '1h'}"));
    assert_near(figure(run, "X", "ClientConnections", "Maximum"), 110, 0);
    assert_near(figure(run, "X", "DatabaseConnections", "Maximum"), 50, 0);
    assert_near(figure(run, "X", "DatabaseConnectionsBorrowLatency", "Average"), (50 * 0 + 50 * 1e6 + 10 * 2e6) / 110, 1);
    assert_int_equal(count_of(run, "F", "Errors"), 0);
    /* Clients leave with their environments: 50 after 61 s, 50 after 62, 10 after 63. */
    assert_near(figure(run, "X", "ClientConnections", "Average") * 120, 50 * 61 + 50 * 62 + 10 * 63, 1e-6);
    /* The surplus is closed after 5 min only. */
    assert_near(figure(run, "D", "DatabaseConnections", "Average") * 120, 50 * 120, 1e-6);
}

/* 25 of 50 connections are closed after five minutes, as no more were ever used since. */
static void test_idle(void **state)
{
    struct model_run *run = *state;
    model_run(run, CALLED("'duration': '10m'", "50", "'IdleClientTimeout': 120", ", 'keep_alive': 'forever'", "'query': '1s'",
                          "'bursts': {'size': 50, 'every': '1h'}"));
    assert_near(figure(run, "D", "DatabaseConnections", "Average") * 600, 50 * 301 + 25 * 299, 1e-6);
    /* The clients themselves are disconnected two minutes after their transaction. */
    assert_near(figure(run, "X", "ClientConnections", "Average") * 600, 50 * 121, 1e-6);
}

/* A pinned session keeps its connection to the database until its client goes: those who come meanwhile wait in vain. */
static void test_pinned(void **state)
{
    struct model_run *run = *state;
    model_run(run, CALLED("'duration': '5m', 'drain': '10m'", "50", "", ", 'keep_alive': '4m'", "'query': '1s', 'pinning_rate': 1",
                          "'bursts': {'size': 110, 'every': '1h'}"));
    assert_int_equal(fates_of(run, "X", FATE_TIMED_OUT, "Timed-out waiting to acquire database connection"), 60);
    assert_near(figure(run, "X", "DatabaseConnectionsCurrentlySessionPinned", "Maximum"), 50, 0);
    assert_near(figure(run, "X", "DatabaseConnectionsCurrentlySessionPinned", "Average") * 300, 50 * 240, 1e-6);
    /* Where clients go in time, the others are served by what was pinned. */
    model_run(run, CALLED("'duration': '5m', 'drain': '10m'", "50", "", ", 'keep_alive': '30s'", "'query': '1s', 'pinning_rate': 1",
                          "'bursts': {'size': 110, 'every': '1h'}"));
    assert_int_equal(fates_of(run, "X", FATE_SUCCEEDED, ""), 110);
    assert_near(figure(run, "X", "DatabaseConnectionsBorrowLatency", "Maximum"), 62e6, 1);
    /* A session that is pinned does not wait again. */
    model_run(run,
              CALLED("'duration': '5m'", "1", "", ", 'keep_alive': 'forever'", "'query': '1s', 'pinning_rate': 1", "'constant': '6/min'"));
    assert_near(figure(run, "X", "DatabaseConnectionsCurrentlySessionPinned", "Maximum"), 1, 0);
    assert_int_equal(count_of(run, "X", "BorrowsWaited"), 0);
    assert_int_equal(count_of(run, "D", "ConnectionsOpened"), 1);
}

/* Those who connect to the database itself leave nothing to the proxy, which asks again each second. */
static void test_shared(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', 'drain': '5m', " RESOURCES(
                       "5", "", "", "") ", 'behavior': {'D': {'query': '10s'}, 'X': {'latency': '0s'}}, 'traffic': [{'name': 'd', "
                                        "'target': 'D', 'bursts': {'size': 5, 'every': '1h'}}, {'name': 't', 'target': 'X', 'from': "
                                        "'1500ms', 'bursts': {'size': 1, 'every': '1h'}}]}");
    assert_int_equal(fates_of(run, "X", FATE_SUCCEEDED, ""), 1);
    assert_near(figure(run, "X", "DatabaseConnectionsBorrowLatency", "Maximum"), 9e6, 1);
}

/* Everyone in line is told at once by a database that is down, however many there are. */
static void test_down(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', " RESOURCES(
                       "1", "", "",
                       "") ", 'behavior': {'D': {'query': '6s'}, 'X': {'latency': '0s'}}, 'changes': [{'at': '5s', 'for': '10s', 'fault': "
                           "'D', 'kind': 'down'}], 'traffic': [{'name': 't', 'target': 'X', 'bursts': {'size': 200000, 'every': '1h'}}]}");
    assert_int_equal(fates_of(run, "X", FATE_SUCCEEDED, ""), 1);
    assert_int_equal(fates_of(run, "X", FATE_FAILED, "ServiceUnavailable"), 199999);
}

/* 96 vCPUs; and a micro's two, which are the least. A cluster's instances all count. */
static void test_bill(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_run(run, "{'duration': '10h', 'prices': 'us-east-1', " RESOURCES("5", "", "", "") "}");
    assert_near(billed(run, "X", "RDS:ProxyUsage", &usd), 960, 1e-9);
    assert_near(usd, 14.4, 1e-9);
    model_run(run,
              "{'duration': '10h', 'prices': 'us-east-1', 'Resources': {'C': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': "
              "'aurora-postgresql'}}, 'A': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': 'aurora-postgresql', "
              "'DBInstanceClass': 'db.r5.xlarge', 'DBClusterIdentifier': {'Ref': 'C'}}}, 'B': {'Type': 'AWS::RDS::DBInstance', "
              "'Properties': {'Engine': 'aurora-postgresql', 'DBInstanceClass': 'db.t3.medium', 'DBClusterIdentifier': {'Ref': 'C'}}}, "
              "'X': {'Type': 'AWS::RDS::DBProxy', 'Properties': {}}, 'G': {'Type': 'AWS::RDS::DBProxyTargetGroup', 'Properties': "
              "{'DBProxyName': 'X', 'DBClusterIdentifiers': ['C']}}}, 'traffic': [{'name': 't', 'target': 'X', 'constant': '1/s'}]}");
    assert_near(billed(run, "X", "RDS:ProxyUsage", NULL), 60, 1e-9);
    assert_int_equal(count_of(run, "A", "Transactions"), count_of(run, "X", "QueryRequests"));
}

/* crosses: rds_proxy_borrow_timeout_max_s */
static void test_mistakes(void **state)
{
    static const struct refusal pools[] = {
        {"'MaxConnectionsPercent': 0", "must be between 1 and 100 percent, got 0"},
        {"'MaxConnectionsPercent': 101", "must be between 1 and 100 percent, got 101"},
        {"'MaxConnectionsPercent': 40, 'MaxIdleConnectionsPercent': 41", "41 percent may be idle, of 40"},
        {"'ConnectionBorrowTimeout': 3601", "must be between"},
    };
    static const struct refusal more[] = {
        {", 'Y': {'Type': 'AWS::RDS::DBProxy', 'Properties': {}}", "a proxy needs a target group"},
        {", 'H': {'Type': 'AWS::RDS::DBProxyTargetGroup', 'Properties': {'DBProxyName': 'X', 'DBInstanceIdentifiers': ['D']}}",
         "X has a target group already"},
        {", 'H': {'Type': 'AWS::RDS::DBProxyTargetGroup', 'Properties': {'DBProxyName': 'D', 'DBInstanceIdentifiers': ['D']}}",
         "D is AWS::RDS::DBInstance"},
        {", 'Y': {'Type': 'AWS::RDS::DBProxy', 'Properties': {}}, 'H': {'Type': 'AWS::RDS::DBProxyTargetGroup', 'Properties': "
         "{'DBProxyName': 'Y'}}",
         "a target group needs a database"},
        {", 'Y': {'Type': 'AWS::RDS::DBProxy', 'Properties': {}}, 'H': {'Type': 'AWS::RDS::DBProxyTargetGroup', 'Properties': "
         "{'DBProxyName': 'Y', 'DBInstanceIdentifiers': ['E']}}",
         "\"E\" is no AWS::RDS::DBInstance"},
        {", 'Y': {'Type': 'AWS::RDS::DBProxy', 'Properties': {}}, 'H': {'Type': 'AWS::RDS::DBProxyTargetGroup', 'Properties': "
         "{'DBProxyName': 'Y', 'DBInstanceIdentifiers': ['D', 'D']}}",
         "a proxy has one database"},
    };
    assert_refused(*state, "{'duration': '1s', " RESOURCES("5", "", "%s", "") "}", pools, sizeof pools / sizeof *pools);
    assert_refused(*state, "{'duration': '1s', " RESOURCES("5", "", "", "%s") "}", more, sizeof more / sizeof *more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_mmc),  MODEL_TEST(test_borrow_timeout), MODEL_TEST(test_clients),
        MODEL_TEST(test_idle), MODEL_TEST(test_pinned),         MODEL_TEST(test_shared),
        MODEL_TEST(test_down), MODEL_TEST(test_bill),           MODEL_TEST(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
