/* test_single_notification.c: two writes, one event. Writes of one object come as a Poisson process of rate w; each notification is on its
 * way for a time D, and what is written meanwhile gives none of its own. From one that gives an event to the next it takes D and then an
 * exponential time: a renewal process. So of all writes the share w E[D] / (1 + w E[D]) gives no event, whatever the law of D, and the
 * events up to T are asymptotically normal with mean T / m and variance T v / m^3, m = E[D] + 1 / w, v = Var[D] + 1 / w^2 (Cox, Renewal
 * Theory, ch. 3). It is the dead time of a counter that is not paralysed. */
#include "unit/model_fixture.h"

#include "statistics_bounds.h"

static const struct {
    const char *delay;
    double mean_s, variance_s2;
    int rate;
} cases[] = {
    {"'300ms'", 0.3, 0, 10},
    {"{'exponential': '300ms'}", 0.3, 0.09, 10},
    {"{'uniform': ['0s', '4s']}", 2, 16.0 / 12, 1},
    {"{'gamma': {'mean': '2s', 'cv': 2}}", 2, 16, 3},
};

static void test_share_of_missed_events(void **state)
{
    (void)state;
    const double end_s = 20 * 3600;
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  "{'duration': '20h', 'drain': '1h', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'B': {'Type': 'AWS::S3::Bucket',"
                  "'Properties': {'NotificationConfiguration': {'QueueConfigurations': [{'Event': 's3:ObjectCreated:*', 'Queue': 'Q'}]}}}},"
                  "'behavior': {'B': {'latency': '0s', 'delivery_delay': %s, 'single_notification': true}},"
                  "'traffic': [{'name': 'w', 'target': 'B', 'poisson': '%d/s', 'key': 1}]}",
                  cases[i].delay, cases[i].rate);
        double w = cases[i].rate, m = cases[i].mean_s + 1 / w, v = cases[i].variance_s2 + 1 / (w * w);
        double events = (double)count_of(&run, "Q", "NumberOfMessagesSent");
        check_z(cases[i].delay, (events - end_s / m) / sqrt(end_s * v / (m * m * m)), 1e-3);
        assert_near(events + (double)count_of(&run, "B", "NotificationsCoalesced"), (double)count_of(&run, "B", "PutRequests"), 0);
    }
    model_close(&run);
}

/* Objects do not get into each other's way: writes spread over n of them are n processes of rate w / n. */
static void test_share_over_many_objects(void **state)
{
    (void)state;
    const double end_s = 2 * 3600, objects = 50, w = 20 / objects, m = 1 + 1 / w, v = 1 / (w * w);
    struct model_run run;
    model_open(&run);
    model_run(&run,
              "{'duration': '2h', 'drain': '1h', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'B': {'Type': 'AWS::S3::Bucket',"
              "'Properties': {'NotificationConfiguration': {'QueueConfigurations': [{'Event': 's3:ObjectCreated:*', 'Queue': 'Q'}]}}}},"
              "'behavior': {'B': {'latency': '0s', 'delivery_delay': '1s', 'single_notification': true}},"
              "'traffic': [{'name': 'w', 'target': 'B', 'poisson': '20/s', 'key': {'uniform': 50}}]}");
    double events = (double)count_of(&run, "Q", "NumberOfMessagesSent");
    check_z("50 objects", (events - objects * end_s / m) / sqrt(objects * end_s * v / (m * m * m)), 1e-3);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share_of_missed_events),
        cmocka_unit_test(test_share_over_many_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
