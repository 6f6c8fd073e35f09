/* balancer_units.c: load balancer capacity units by the minute, for the metric, and by the hour, for the bill. */
#include "balancer_units.h"

#include "measure/bill.h"

#include <math.h>

void lcu_init(struct lcu_meter *meter, const struct rule_book *rules)
{
    *meter = (struct lcu_meter){.free_rules = (uint64_t)rule_count(rules, "lcu_free_rules", 0, UINT32_MAX)};
    meter->rates = (struct lcu_rates){
        .connections_per_s = rule_number(rules, "lcu_new_connections_per_s"),
        .active = rule_number(rules, "lcu_active_connections"),
        .server_bytes_per_h = rule_number(rules, "lcu_gb_per_hour") * BYTES_PER_GB,
        .function_bytes_per_h = rule_number(rules, "lcu_gb_per_hour_lambda") * BYTES_PER_GB,
        .evaluations_per_s = rule_number(rules, "lcu_rule_evaluations_per_s"),
    };
}

double lcu_units(const struct lcu_rates *rates, const struct lcu_use *from, const struct lcu_use *until, int64_t length_ns)
{
    if (length_ns <= 0)
        return 0;
    double seconds = (double)length_ns / (double)NS_PER_S, hours = (double)length_ns / (double)NS_PER_HOUR;
    double connections = (double)(until->connections - from->connections) / seconds / rates->connections_per_s;
    double active = (double)(until->active - from->active) / (double)length_ns / rates->active;
    double bytes = ((double)(until->server_bytes - from->server_bytes) / rates->server_bytes_per_h +
                    (double)(until->function_bytes - from->function_bytes) / rates->function_bytes_per_h) /
                   hours;
    double evaluations = (double)(until->evaluations - from->evaluations) / seconds / rates->evaluations_per_s;
    return fmax(fmax(connections, active), fmax(bytes, evaluations));
}

void lcu_begin(struct lcu_meter *meter, int64_t now_ns)
{
    meter->at_hour = meter->at_minute = meter->use;
    meter->hour_ns = meter->minute_ns = now_ns;
    meter->unit_hours = 0;
}

int64_t lcu_minute_end_ns(const struct lcu_meter *meter, int64_t end_ns)
{
    int64_t minute_end_ns = time_add(meter->minute_ns, NS_PER_MIN);
    return minute_end_ns < end_ns ? minute_end_ns : end_ns;
}

double lcu_minute(struct lcu_meter *meter, int64_t now_ns, bool last)
{
    int64_t minute_ns = now_ns - meter->minute_ns, hour_ns = now_ns - meter->hour_ns;
    double unit_hours = lcu_units(&meter->rates, &meter->at_minute, &meter->use, minute_ns) * ((double)minute_ns / (double)NS_PER_HOUR);
    meter->at_minute = meter->use;
    meter->minute_ns = now_ns;
    if (last || hour_ns >= NS_PER_HOUR) {
        meter->unit_hours += lcu_units(&meter->rates, &meter->at_hour, &meter->use, hour_ns) * ((double)hour_ns / (double)NS_PER_HOUR);
        meter->at_hour = meter->use;
        meter->hour_ns = now_ns;
    }
    return unit_hours;
}
