/* progress.c: how far a run is. */
#include "output/progress.h"

#include "document/units.h"
#include "output/terminal.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define BAR_WIDTH 20

void progress_init(struct progress *progress, FILE *out)
{
    const struct terminal terminal = terminal_look(out);
    *progress = (struct progress){.terminal = terminal.is_terminal ? out : NULL, .width = terminal.width};
    (void)clock_gettime(CLOCK_MONOTONIC, &progress->began);
}

/* Adds to the line, which is `size` bytes long with its 0. */
__attribute__((format(printf, 3, 4))) static void add(char *line, size_t size, const char *format, ...)
{
    size_t length = strlen(line);
    va_list list;
    va_start(list, format);
    (void)vsnprintf(line + length, size - length, format, list);
    va_end(list);
}

/* "950", "12.3 k", "1.25 M". */
static void add_rate(char *line, size_t size, double per_s)
{
    static const char *const units[] = {"", " k", " M", " G"};
    size_t unit = 0;
    for (; per_s >= 1000 && unit < 3; unit++)
        per_s /= 1000;
    add(line, size, ", %.3g%s calls/s", per_s, units[unit]);
}

void progress_show(void *context, double share, uint64_t calls)
{
    struct progress *progress = context;
    if (!progress->terminal)
        return;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    double passed_s = (double)(now.tv_sec - progress->began.tv_sec) + (double)(now.tv_nsec - progress->began.tv_nsec) / 1e9;
    char line[256] = "[";
    for (int i = 0; i < BAR_WIDTH; i++)
        add(line, sizeof line, "%c", i < (int)(share * BAR_WIDTH) ? '#' : ' ');
    add(line, sizeof line, "] %3.0f %%", 100 * share);
    if (progress->simulated_ns > 0) {
        double whole_ns = (double)progress->simulated_ns;
        char done[64], whole[64];
        add(line, sizeof line, ", %s of %s simulated", units_format_time(rint(whole_ns * share / 1e9) * 1e9, done, sizeof done),
            units_format_time(whole_ns, whole, sizeof whole));
    }
    if (calls > 0 && passed_s > 0)
        add_rate(line, sizeof line, (double)calls / passed_s);
    /* What is said of the first moments is a guess. */
    if (share > 0.01 && passed_s > 1) {
        double left_s = passed_s / share * (1 - share);
        if (left_s >= 120)
            add(line, sizeof line, ", %.0f min left", left_s / 60);
        else
            add(line, sizeof line, ", %.0f s left", left_s);
    }
    if (progress->width > 1 && strlen(line) >= progress->width) /* a line that goes on in the next would not be gone when the run is over */
        line[progress->width - 1] = '\0';
    (void)fprintf(progress->terminal, "\r%s\033[K", line);
    (void)fflush(progress->terminal);
    progress->shown = true;
}

void progress_fini(struct progress *progress)
{
    if (progress->terminal && progress->shown)
        (void)fputs("\r\033[K", progress->terminal);
    *progress = (struct progress){0};
}
