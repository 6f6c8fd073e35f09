/* run_heading.c: what was run, in one line. */
#include "output/run_heading.h"

#include "document/units.h"
#include "output/safe_text.h"

void run_heading_print(const struct run_result *result, FILE *out)
{
    const struct scenario *scenario = result->scenario;
    const struct simulation_settings *settings = &scenario->settings;
    char time[64];
    (void)fprintf(out, "%s simulated", units_format_time((double)settings->duration_ns, time, sizeof time));
    if (settings->drain_ns > 0)
        (void)fprintf(out, " and %s of drain", units_format_time((double)settings->drain_ns, time, sizeof time));
    if (settings->warmup_ns > 0)
        (void)fprintf(out, ", the first %s left out", units_format_time((double)settings->warmup_ns, time, sizeof time));
    (void)fprintf(out, "; %u replication%s, seed %llu, rules ", result->replications, result->replications == 1 ? "" : "s",
                  (unsigned long long)settings->seed);
    safe_text_print(out, scenario->rules->name);
    (void)fputs(", prices ", out);
    safe_text_print(out, scenario->prices->name);
}

void run_heading_print_end(const struct run_result *result, FILE *out)
{
    if (result->status != STATUS_OK && result->planned == 1)
        (void)fputs("stopped early: these are the figures of the part that was simulated\n", out);
    else if (result->status != STATUS_OK)
        (void)fprintf(out, "stopped early: %u of %u replications are complete\n", result->replications, result->planned);
}
