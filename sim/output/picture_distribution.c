/* picture_distribution.c: how many took longer than so long, on two logarithmic axes: what a tail is read from. */
#include "output/picture_plan.h"
#include "output/plot_axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Points of a line: buckets are joined on the way down where more would not be seen. */
#define POINTS_MAX 200
/* What is rarer than this share is not shown. */
#define SHARE_MIN 1e-5
/* The axis begins where more than this share is shorter: a curve that does not fall yet tells nothing. */
#define SHARE_SHORTER 1e-3

static double weight_of(const struct result_histogram *histogram)
{
    double sum = 0;
    for (size_t i = 0; i < histogram->count; i++)
        sum += histogram->buckets[i].weight > 0 ? histogram->buckets[i].weight : 0;
    return sum;
}

static void add_class(struct plot *plot, const struct result_histogram *histogram, const char *label, int colour, double *least,
                      double *rarest)
{
    double all = weight_of(histogram), left = all;
    struct plot_series *series = plot_add(plot, 0, MARK_LINE, colour, label, histogram->count * 2);
    if (!series || !(all > 0))
        return;
    size_t at = 0, every = histogram->count / POINTS_MAX + 1;
    for (size_t i = 0; i < histogram->count; i++) {
        double low = histogram->buckets[i].low, high = histogram->buckets[i].high;
        if (low > 0 && (i == 0 || i % every == 0)) {
            series->x[at] = low;
            series->y[at++] = 100 * left / all;
        }
        left -= histogram->buckets[i].weight;
        /* Before the last step down: how rare the longest is. */
        if (i + 1 == histogram->count && high > 0 && at > 0) {
            series->x[at] = high;
            series->y[at] = series->y[at - 1];
            at++;
        }
        if (low > 0 && left < (1 - SHARE_SHORTER) * all)
            *least = fmin(*least, low);
    }
    for (size_t i = 0; i < at; i++)
        *rarest = fmin(*rarest, fmax(series->y[i], 100 * SHARE_MIN));
    series->count = at;
}

bool picture_of_distribution(const struct result_data *data, const struct picture_plan *plan, struct plot *plot)
{
    static const char *const labels[] = {"warm", "cold", ""};
    static const int colours[] = {1, 2, 1};
    double least = INFINITY, rarest = 100, low, high;
    char label[128];
    plot->panel_count = 1;
    for (size_t i = 0; i < 3; i++)
        if (plan->classes[i]->count > 0)
            add_class(plot, plan->classes[i], labels[i], colours[i], &least, &rarest);
    /* Curves that do not fall, as all took as long, tell nothing. */
    if (plot->panels[0].count == 0 || !(rarest < 100) || !plot_extent_x(plot, &low, &high) || !(least < high) || !(high / least > 1.02))
        return false;
    const char *unit = result_data_unit(data, plan->type->distribution);
    (void)snprintf(label, sizeof label, "%s", plan->type->panels[0].axis);
    plot_axis_log(plot, &plot->x, label, strcmp(unit, "Milliseconds") == 0 ? "ms" : unit, fmax(low, least), high * 1.02);
    plot_axis_log(plot, &plot->panels[0].y, "took at least so long", "%", fmax(rarest * 0.7, 100 * SHARE_MIN), 110);
    return true;
}
