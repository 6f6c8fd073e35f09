/* sparkline.c: a series on one line. */
#include "output/sparkline.h"

#include <math.h>

#define HEIGHTS 8
#define DIGITS 9

/* What stands for values[from] to below values[until]; NaN: there is none. */
static double stand_in(const double *values, size_t from, size_t until, bool largest)
{
    double sum = 0, most = NAN;
    size_t seen = 0;
    for (size_t i = from; i < until; i++) {
        if (isnan(values[i]))
            continue;
        sum += values[i];
        most = isnan(most) || values[i] > most ? values[i] : most;
        seen++;
    }
    return largest ? most : seen > 0 ? sum / (double)seen : NAN;
}

void sparkline_print(FILE *out, const double *values, size_t count, size_t width, bool largest, bool blocks)
{
    size_t shown = count < width ? count : width;
    double most = 0;
    for (size_t i = 0; i < shown; i++) {
        double value = stand_in(values, i * count / shown, (i + 1) * count / shown, largest);
        most = value > most ? value : most;
    }
    for (size_t i = 0; i < shown; i++) {
        double value = stand_in(values, i * count / shown, (i + 1) * count / shown, largest);
        int heights = blocks ? HEIGHTS : DIGITS;
        int height = most > 0 && !isnan(value) ? (int)ceil(fmax(value, 0) / most * heights) : 0;
        height = height > heights ? heights : height;
        if (isnan(value))
            (void)fputc(' ', out);
        else if (!blocks)
            (void)fputc('0' + height, out);
        else
            (void)fprintf(out, "\xe2\x96%c", 0x81 + (height > 0 ? height - 1 : 0)); /* U+2581 to U+2588 */
    }
}
