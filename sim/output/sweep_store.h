/* sweep_store.h: the units of a sweep in a journal, and where each of them is. Memory: 8 bytes a unit; the values stay in the file.
 *
 * Lines: "sweep IDENTITY"; "layout [[namespace, resource, metric, stat, unit], ...]", numbered from 0; "unit POINT REPLICATION SEED LAYOUT
 * VALUE...", points and replications from 1, "-" for no value; and where points are to be known without their scenario, "point POINT
 * [value, ...]". */
#ifndef SLSIM_OUTPUT_SWEEP_STORE_H
#define SLSIM_OUTPUT_SWEEP_STORE_H

#include "experiment/sweep.h"
#include "output/journal.h"

#include <cjson/cJSON.h>

/* Which figures a unit's values are of. */
struct sweep_layout {
    cJSON *names; /* owned: rows of five strings */
    size_t count;
};

/* One journal, of the whole sweep or of a shard. */
struct sweep_file {
    int descriptor; /* owned; -1: none */
    struct journal journal;
    struct sweep_layout *layouts;
    size_t layout_count;
};

struct sweep_store {
    size_t points;
    uint32_t replications;
    char identity[65];
    struct sweep_file *files;
    size_t file_count;
    uint64_t *units;    /* by point x replications + replication: 1 + its file's number << 44 + its offset; 0: not there; owned */
    uint64_t *at_point; /* the same of points */
    size_t done;
    char *text; /* owned: the line that is written */
    size_t text_capacity;
};

/* One unit as it was kept. */
struct sweep_record {
    uint64_t seed;
    const struct sweep_layout *layout;
    double *values; /* owned: as many as the layout has */
    size_t capacity;
    char *line; /* owned */
    size_t line_capacity;
};

/* Room for `files` journals. Whatever comes back, to be given to sweep_store_fini. */
enum status sweep_store_init(struct sweep_store *store, size_t points, uint32_t replications, const char identity[65], size_t files);
void sweep_store_fini(struct sweep_store *store);

/* Reads one more journal, whose descriptor it takes over; with `append` an empty one is begun, and a torn end cut off. A journal of another
 * sweep is JOURNAL_DAMAGED in line 1. STATUS_IO with errno. */
enum status sweep_store_add(struct sweep_store *store, int descriptor, bool append, enum journal_state *state, size_t *bad_line);

bool sweep_store_has(const struct sweep_store *store, size_t point, uint32_t replication);
/* Adds to the one journal. From one thread at a time. */
enum status sweep_store_keep(struct sweep_store *store, const struct sweep_unit *unit);
/* Adds what sets a point apart: a list of texts, which is borrowed. */
enum status sweep_store_keep_point(struct sweep_store *store, size_t point, const cJSON *texts);
/* Adds a record of another store. */
enum status sweep_store_copy(struct sweep_store *store, size_t point, uint32_t replication, const struct sweep_record *record);

/* Finds one again. STATUS_IO with errno (0: it is not there, or no longer what it was). */
enum status sweep_store_read(const struct sweep_store *store, size_t point, uint32_t replication, struct sweep_record *record);
/* A point's texts, which the caller deletes. */
enum status sweep_store_read_point(const struct sweep_store *store, size_t point, cJSON **texts);
void sweep_record_fini(struct sweep_record *record);
/* One of a layout's rows: 0 to 4 of namespace, resource, metric, stat, unit. */
const char *sweep_layout_text(const cJSON *row, int which);

#endif
