/* report_draw.c: the folder of pictures: written beside its name, drawn, and put in place of an older one. */
#include "output/gnuplot.h"
#include "output/plot_files.h"
#include "output/report.h"
#include "output/result_folder.h"
#include "output/svg_theme.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An SVG that is larger is none of ours. */
#define SVG_BYTES_MAX ((size_t)16 << 20)

static enum status refuse(struct diagnostics *diagnostics, const char *path, const char *what)
{
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s/%s: %s", path, what, strerror(errno));
    return STATUS_IO;
}

static FILE *create(int folder, const char *name)
{
    int descriptor = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (!file && descriptor >= 0)
        (void)close(descriptor);
    return file;
}

static bool finish(FILE *file)
{
    bool written = file && fflush(file) == 0 && !ferror(file);
    return (!file || fclose(file) == 0) && written;
}

static bool write_plot(int folder, const struct plot *plot)
{
    char name[PLOT_NAME_SIZE + 8];
    (void)snprintf(name, sizeof name, "%s.csv", plot->name);
    FILE *data = create(folder, name);
    if (data)
        plot_data_write(plot, data);
    (void)snprintf(name, sizeof name, "%s.gp", plot->name);
    FILE *script = create(folder, name);
    if (script)
        plot_script_write(plot, script);
    bool written = finish(data);
    return finish(script) && written;
}

static char *read_all(int folder, const char *name, size_t *length)
{
    int descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat about;
    char *bytes = NULL;
    if (descriptor >= 0 && fstat(descriptor, &about) == 0 && about.st_size > 0 && (size_t)about.st_size < SVG_BYTES_MAX)
        bytes = malloc((size_t)about.st_size);
    *length = 0;
    while (bytes && *length < (size_t)about.st_size) {
        ssize_t got = read(descriptor, bytes + *length, (size_t)about.st_size - *length);
        if (got <= 0)
            break;
        *length += (size_t)got;
    }
    if (descriptor >= 0)
        (void)close(descriptor);
    return bytes;
}

/* gnuplot's SVG becomes the one that is shown: as a file, and for the page. */
static enum status theme(int folder, const struct plot *plot, struct drawing *drawing)
{
    char name[PLOT_NAME_SIZE + 8];
    size_t length;
    (void)snprintf(name, sizeof name, "%s.svg", plot->name);
    char *raw = read_all(folder, name, &length);
    enum status status = raw ? STATUS_OK : STATUS_IO;
    FILE *shown = raw ? open_memstream(&drawing->svg, &drawing->length) : NULL;
    if (shown) {
        status = svg_theme_write(plot, raw, length, true, shown);
        if (!finish(shown) && status == STATUS_OK)
            status = STATUS_NO_MEMORY;
    }
    FILE *file = status == STATUS_OK ? create(folder, name) : NULL;
    if (file)
        status = svg_theme_write(plot, raw, length, false, file);
    bool written = finish(file);
    if (status == STATUS_OK && !written)
        status = STATUS_IO;
    if (status != STATUS_OK) {
        free(drawing->svg);
        *drawing = (struct drawing){0};
    }
    free(raw);
    return status;
}

static void tell(struct diagnostics *diagnostics, enum gnuplot_outcome outcome, const char *path, const struct plot *plot,
                 const char *complaint)
{
    if (outcome == GNUPLOT_MISSING)
        diagnose(diagnostics, SEVERITY_WARNING, (struct place){0}, NULL,
                 "install it, as with: apt-get install gnuplot-nox; then slsim report",
                 "gnuplot is not there: the pictures' data and scripts are in %s/plots, but nothing is drawn", path);
    else
        diagnose(diagnostics, SEVERITY_WARNING, (struct place){0}, NULL, "", "gnuplot could not draw %s/plots/%s.gp: %.*s", path,
                 plot->name, (int)strcspn(complaint, "\n"), complaint);
}

static enum status draw_all(int folder, const char *path, const struct plot *plots, size_t count, bool png, struct drawing *drawings,
                            struct diagnostics *diagnostics)
{
    char script[PLOT_NAME_SIZE + 8], complaint[512];
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(script, sizeof script, "%s.gp", plots[i].name);
        enum gnuplot_outcome outcome = gnuplot_run(folder, script, false, complaint, sizeof complaint);
        if (outcome == GNUPLOT_DREW && theme(folder, &plots[i], &drawings[i]) != STATUS_OK)
            outcome = GNUPLOT_FAILED;
        if (outcome == GNUPLOT_DREW && png)
            outcome = gnuplot_run(folder, script, true, complaint, sizeof complaint);
        if (outcome != GNUPLOT_DREW)
            tell(diagnostics, outcome, path, &plots[i], complaint);
        if (outcome == GNUPLOT_MISSING)
            break;
    }
    return STATUS_OK;
}

static bool write_all(int folder, const struct plot *plots, size_t count)
{
    FILE *style = create(folder, "style.gp");
    if (style)
        plot_style_write(style);
    bool written = finish(style);
    for (size_t i = 0; i < count && written; i++)
        written = write_plot(folder, &plots[i]);
    return written;
}

enum status report_draw(int folder, const char *path, const struct plot *plots, size_t count, bool png, struct drawing *drawings,
                        struct diagnostics *diagnostics)
{
    char temporary[48];
    (void)snprintf(temporary, sizeof temporary, ".plots-%ld", (long)getpid());
    memset(drawings, 0, count * sizeof *drawings);
    /* One of this name was left by a process that was killed. */
    if (!result_folder_remove(folder, temporary) || mkdirat(folder, temporary, 0777) != 0)
        return refuse(diagnostics, path, "plots");
    int inside = openat(folder, temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    enum status status = inside >= 0 && write_all(inside, plots, count) ? STATUS_OK : refuse(diagnostics, path, "plots");
    if (status == STATUS_OK)
        status = draw_all(inside, path, plots, count, png, drawings, diagnostics);
    if (inside >= 0)
        (void)close(inside);
    if (status == STATUS_OK && (!result_folder_remove(folder, "plots") || renameat(folder, temporary, folder, "plots") != 0))
        status = refuse(diagnostics, path, "plots");
    if (status != STATUS_OK)
        (void)result_folder_remove(folder, temporary);
    return status;
}

/* One name: a process makes one page at a time. */
static void page_name(char name[48])
{
    (void)snprintf(name, 48, ".report-%ld", (long)getpid());
}

FILE *report_page_create(int folder)
{
    char temporary[48];
    page_name(temporary);
    return create(folder, temporary);
}

void report_page_drop(int folder, FILE *out)
{
    char temporary[48];
    page_name(temporary);
    (void)fclose(out);
    (void)unlinkat(folder, temporary, 0);
}

enum status report_page_commit(int folder, const char *path, FILE *out, const char *name, struct diagnostics *diagnostics)
{
    char temporary[48];
    page_name(temporary);
    if (finish(out) && renameat(folder, temporary, folder, name) == 0)
        return STATUS_OK;
    enum status status = refuse(diagnostics, path, name);
    (void)unlinkat(folder, temporary, 0);
    return status;
}
