/* sweep_check.c: all points, before any is run. */
#include "document/document.h"
#include "experiment/parallel.h"
#include "experiment/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many points are asked what they have to say; more make no one wiser. */
#define TELLING_MOST 1000u

enum { SILENT, WARNED, REFUSED };

/* One thing that is wrong, with the points that make it. */
struct finding {
    struct diagnostic what; /* strings owned; the file too */
    char *file;
    size_t first, count;
};

struct checking {
    const struct sweep *sweep;
    const struct diagnostics *known; /* what the base says, which is said already */
    unsigned char *telling;          /* by point: has it something to say, and what? */
    struct finding *findings;
    size_t finding_count;
    bool partly; /* not all that have something to say were asked */
    bool failed; /* memory ran out */
};

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_same(const struct diagnostic *a, const struct diagnostic *b)
{
    return a->place.line == b->place.line && a->place.column == b->place.column && same_text(a->place.file, b->place.file) &&
           strcmp(a->path, b->path) == 0 && strcmp(a->message, b->message) == 0;
}

static bool is_known(const struct diagnostics *known, const struct diagnostic *what)
{
    for (size_t i = 0; i < known->count; i++)
        if (is_same(&known->list[i], what))
            return true;
    return false;
}

static enum status load(const struct sweep *sweep, size_t point, struct diagnostics *diagnostics)
{
    struct variant variant = {0};
    char **sets;
    size_t count;
    enum status status = sweep_plan_sets(sweep->plan, point, &sets, &count);
    if (status == STATUS_OK)
        status = variant_load(&sweep->base, (const char *const *)sets, count, diagnostics, &variant);
    variant_fini(&variant);
    sweep_plan_free_sets(sets, count);
    return status;
}

/* On any thread: is there anything to say of it? */
static enum status look(void *context, uint32_t worker, size_t point)
{
    struct checking *checking = context;
    struct diagnostics diagnostics = {0};
    (void)worker;
    enum status status = load(checking->sweep, point, &diagnostics);
    bool warned = false;
    for (size_t i = 0; i < diagnostics.count && !warned; i++)
        warned = diagnostics.list[i].severity != SEVERITY_NOTE && !is_known(checking->known, &diagnostics.list[i]);
    checking->telling[point] = status != STATUS_OK ? REFUSED : warned ? WARNED : SILENT;
    diagnostics_fini(&diagnostics);
    return status == STATUS_NO_MEMORY || status == STATUS_IO ? status : STATUS_OK;
}

static struct finding *find(struct checking *checking, const struct diagnostic *what, size_t point)
{
    for (size_t i = 0; i < checking->finding_count; i++)
        if (is_same(&checking->findings[i].what, what))
            return &checking->findings[i];
    struct finding *grown = realloc(checking->findings, (checking->finding_count + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    checking->findings = grown;
    struct finding *made = &grown[checking->finding_count];
    *made = (struct finding){.what = *what, .first = point};
    made->file = strdup(what->place.file ? what->place.file : "");
    made->what.place.file = what->place.file ? made->file : NULL;
    made->what.path = strdup(what->path);
    made->what.message = strdup(what->message);
    made->what.hint = strdup(what->hint);
    checking->finding_count++;
    return made->file && made->what.path && made->what.message && made->what.hint ? made : NULL;
}

/* Once more, in order: what has a point to say? */
static void collect(struct checking *checking, size_t point)
{
    struct diagnostics diagnostics = {0};
    (void)load(checking->sweep, point, &diagnostics);
    for (size_t i = 0; i < diagnostics.count && !checking->failed; i++) {
        const struct diagnostic *what = &diagnostics.list[i];
        if (what->severity == SEVERITY_NOTE || is_known(checking->known, what))
            continue;
        struct finding *finding = find(checking, what, point);
        if (finding)
            finding->count++;
        checking->failed = !finding;
    }
    diagnostics_fini(&diagnostics);
}

/* Of all points that were found to be so; how many there are. */
static size_t collect_all(struct checking *checking, unsigned char what)
{
    size_t told = 0;
    for (size_t point = 0; point < checking->sweep->plan->point_count; point++)
        if (checking->telling[point] == what && told++ < TELLING_MOST)
            collect(checking, point);
    checking->partly = told > TELLING_MOST;
    return told;
}

/* A point is set as by --set; where the setting stands in the scenario, that is the place of what is wrong with it. */
static struct place place_in(const struct sweep *sweep, struct place place)
{
    size_t length = strlen(DOCUMENT_SET_PLACE);
    const struct sweep_spec *spec = sweep->plan->spec;
    for (size_t a = 0; place.file && strncmp(place.file, DOCUMENT_SET_PLACE, length) == 0 && a < spec->axis_count; a++)
        if (spec->axes[a].place.file && strcmp(spec->axes[a].path, place.file + length) == 0)
            return spec->axes[a].place;
    return place;
}

static void tell(const struct checking *checking, const struct finding *finding, struct diagnostics *diagnostics)
{
    char described[300], others[48] = "";
    if (finding->count > 1)
        (void)snprintf(others, sizeof others, " and %s%zu more", checking->partly ? "at least " : "", finding->count - 1);
    diagnose(diagnostics, finding->what.severity, place_in(checking->sweep, finding->what.place), finding->what.path, finding->what.hint,
             "%s; in point %zu (%s)%s", finding->what.message, finding->first + 1,
             sweep_plan_describe(checking->sweep->plan, finding->first, described, sizeof described), others);
}

static void release(struct checking *checking)
{
    for (size_t i = 0; i < checking->finding_count; i++) {
        free(checking->findings[i].file);
        free(checking->findings[i].what.path);
        free(checking->findings[i].what.message);
        free(checking->findings[i].what.hint);
    }
    free(checking->findings);
    free(checking->telling);
}

enum status sweep_check(const struct sweep *sweep, struct diagnostics *diagnostics)
{
    size_t points = sweep->plan->point_count;
    struct checking checking = {.sweep = sweep, .known = diagnostics, .telling = calloc(points + 1, 1)};
    if (!checking.telling)
        return STATUS_NO_MEMORY;
    const struct parallel parallel = {
        .threads = sweep->options->threads, .count = points, .one = look, .context = &checking, .stop = sweep->options->interrupted};
    enum status status = parallel_run(&parallel);
    if (status == STATUS_OK && collect_all(&checking, REFUSED) > 0)
        status = STATUS_INVALID;
    else if (status == STATUS_OK)
        (void)collect_all(&checking, WARNED);
    for (size_t i = 0; i < checking.finding_count && !checking.failed; i++)
        tell(&checking, &checking.findings[i], diagnostics);
    if (checking.failed || diagnostics->failed)
        status = STATUS_NO_MEMORY;
    release(&checking);
    return status;
}
