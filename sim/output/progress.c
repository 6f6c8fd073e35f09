/* progress.c: how far a run is. */
#include "output/progress.h"

#include "document/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH 20

bool progress_is_terminal(FILE *out)
{
    const char *terminal = getenv("TERM");
    return isatty(fileno(out)) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

void progress_init(struct progress *progress, FILE *out)
{
    *progress = (struct progress){.terminal = progress_is_terminal(out) ? out : NULL};
    (void)clock_gettime(CLOCK_MONOTONIC, &progress->began);
}

void progress_show(void *context, double share)
{
    struct progress *progress = context;
    if (!progress->terminal)
        return;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    double passed_s = (double)(now.tv_sec - progress->began.tv_sec) + (double)(now.tv_nsec - progress->began.tv_nsec) / 1e9;
    (void)fputs("\r[", progress->terminal);
    for (int i = 0; i < BAR_WIDTH; i++)
        (void)fputc(i < (int)(share * BAR_WIDTH) ? '#' : ' ', progress->terminal);
    (void)fprintf(progress->terminal, "] %3.0f %%", 100 * share);
    if (progress->simulated_ns > 0) {
        double whole_ns = (double)progress->simulated_ns;
        char done[64], whole[64];
        (void)fprintf(progress->terminal, ", %s of %s simulated", units_format_time(rint(whole_ns * share / 1e9) * 1e9, done, sizeof done),
                      units_format_time(whole_ns, whole, sizeof whole));
    }
    /* What is said of the first moments is a guess. */
    if (share > 0.01 && passed_s > 1) {
        double left_s = passed_s / share * (1 - share);
        if (left_s >= 120)
            (void)fprintf(progress->terminal, ", %.0f min left", left_s / 60);
        else
            (void)fprintf(progress->terminal, ", %.0f s left", left_s);
    }
    (void)fputs("\033[K", progress->terminal);
    (void)fflush(progress->terminal);
    progress->shown = true;
}

void progress_fini(struct progress *progress)
{
    if (progress->terminal && progress->shown)
        (void)fputs("\r\033[K", progress->terminal);
    *progress = (struct progress){0};
}
