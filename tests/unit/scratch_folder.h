/* scratch_folder.h: a folder of one's own for a test's files. */
#ifndef SLSIM_TESTS_SCRATCH_FOLDER_H
#define SLSIM_TESTS_SCRATCH_FOLDER_H

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct scratch_folder {
    char path[64];
};

static inline void scratch_init(struct scratch_folder *scratch)
{
    snprintf(scratch->path, sizeof scratch->path, "/tmp/slsim-test-XXXXXX");
    if (mkdtemp(scratch->path) == NULL)
        abort();
}

/* The path of `name` in the folder; one of four buffers in turn. */
static inline const char *scratch_path(const struct scratch_folder *scratch, const char *name)
{
    static char paths[4][PATH_MAX];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, PATH_MAX, "%s/%s", scratch->path, name);
    return path;
}

/* Writes a file; folders on the way are made (one level). */
static inline const char *scratch_write(const struct scratch_folder *scratch, const char *name, const char *text)
{
    const char *path = scratch_path(scratch, name), *slash = strrchr(name, '/');
    if (slash != NULL) {
        char folder[PATH_MAX];
        snprintf(folder, sizeof folder, "%s/%.*s", scratch->path, (int)(slash - name), name);
        mkdir(folder, 0700);
    }
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
    return path;
}

static inline int scratch_remove(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline void scratch_fini(struct scratch_folder *scratch)
{
    nftw(scratch->path, scratch_remove, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
