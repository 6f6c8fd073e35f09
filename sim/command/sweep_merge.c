/* sweep_merge.c: slsim sweep merge SHARD... -o DIR, and what a sweep does with a whole table. */
#include "command/sweep_session.h"
#include "output/sweep_manifest.h"
#include "output/sweep_print.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The folder above `path`; the caller frees. */
static char *folder_above(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

enum status sweep_commit(const char *path, const cJSON *manifest, const struct sweep_table *table, struct diagnostics *diagnostics)
{
    struct result_folder folder;
    char *above = folder_above(path);
    enum status status = above ? result_folder_begin(&folder, path, diagnostics) : STATUS_NO_MEMORY;
    if (status != STATUS_OK) {
        free(above);
        return status;
    }
    status = table->shards > 1 ? sweep_shard_write(&folder, manifest, table, diagnostics)
                               : sweep_files_write(&folder, manifest, table, diagnostics);
    if (status == STATUS_OK)
        status = result_folder_commit(&folder, diagnostics);
    else
        result_folder_fini(&folder);
    /* Names too, before the journal goes. A file system that cannot do that has its own ways. */
    if (status == STATUS_OK)
        (void)(sweep_folder_sync(path) && sweep_folder_sync(above));
    free(above);
    return status;
}

enum status sweep_print_folder(const struct command *command, const struct options *options, const char *path, size_t columns)
{
    if (option_given(options, OPTION_QUIET) && !option_given(options, OPTION_FORMAT))
        return STATUS_OK;
    struct answer answer = session_answer(command, options);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum status status = folder >= 0 ? sweep_print(&answer, folder, columns, stdout) : STATUS_IO;
    if (folder >= 0)
        (void)close(folder);
    enum status flushed = session_flush();
    return status != STATUS_OK ? status : flushed;
}

struct merging {
    const struct options *options;
    size_t count;      /* of shards */
    cJSON **manifests; /* one a shard; owned */
    char **paths;      /* the same order: by number; borrowed */
    char identity[65];
    struct sweep_store store;
    const cJSON *columns; /* of the first manifest */
    cJSON *texts;         /* of the point that was turned to; owned */
    struct diagnostics diagnostics;
};

static enum status complain(struct merging *merging, const char *path, const char *hint, const char *what)
{
    diagnose(&merging->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "%s: %s", path, what);
    return STATUS_INVALID;
}

static size_t number_of(const cJSON *manifest, const char *key)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(manifest, key);
    return cJSON_IsNumber(number) && number->valuedouble >= 0 && number->valuedouble <= 1e9 ? (size_t)number->valuedouble : 0;
}

/* Reads one shard's manifest, and puts it in its place. */
static enum status take_shard(struct merging *merging, char *path)
{
    cJSON *manifest = NULL;
    enum status status = sweep_folder_manifest(path, &manifest);
    if (status == STATUS_IO)
        (void)complain(merging, path, "", strerror(errno));
    if (status == STATUS_OK && (!manifest || !sweep_manifest_is_one(manifest)))
        status = complain(merging, path, "as in slsim sweep merge shard-0 shard-1 -o whole", "holds no shard of a sweep");
    size_t shard = number_of(manifest, "shard"), shards = number_of(manifest, "shards");
    if (status == STATUS_OK && (shards < 2 || shard >= shards || !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(manifest, "complete"))))
        status = complain(merging, path, "merge takes what --shard I/N has finished",
                          shards < 2 ? "is no shard, but a whole sweep" : "is not complete");
    if (status == STATUS_OK && merging->count == 0) {
        merging->count = shards;
        merging->manifests = calloc(shards, sizeof *merging->manifests);
        merging->paths = calloc(shards, sizeof *merging->paths);
        if (!merging->manifests || !merging->paths || !sweep_manifest_identity(manifest, merging->identity))
            status = STATUS_NO_MEMORY;
    }
    if (status == STATUS_OK && shards != merging->count)
        status = complain(merging, path, "", "is one of another number of shards");
    if (status == STATUS_OK && merging->manifests[shard])
        status = complain(merging, path, merging->paths[shard], "is the same shard as another one");
    if (status != STATUS_OK) {
        cJSON_Delete(manifest);
        return status;
    }
    merging->manifests[shard] = manifest;
    merging->paths[shard] = path;
    return STATUS_OK;
}

static enum status check_all_there(struct merging *merging)
{
    char missing[120] = "";
    size_t absent = 0;
    const cJSON *first = NULL;
    for (size_t i = 0; i < merging->count; i++) {
        size_t used = strlen(missing);
        if (!merging->manifests[i] && absent++ < 10)
            (void)snprintf(missing + used, sizeof missing - used, "%s%zu/%zu", used ? ", " : "", i, merging->count);
        first = first ? first : merging->manifests[i];
        if (merging->manifests[i] && merging->manifests[i] != first &&
            sweep_manifest_differs(first, merging->manifests[i], merging->paths[i],
                                   "shards are merged that were made of one and the same sweep", &merging->diagnostics))
            return STATUS_INVALID;
    }
    if (absent == 0)
        return STATUS_OK;
    diagnose(&merging->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%zu of %zu shards are missing: %s%s", absent,
             merging->count, missing, absent > 10 ? ", ..." : "");
    return STATUS_INVALID;
}

static enum status add_journal(struct merging *merging, const char *path)
{
    char *name = NULL;
    enum journal_state state = JOURNAL_WHOLE;
    size_t bad_line = 0;
    if (asprintf(&name, "%s/" SWEEP_JOURNAL, path) < 0)
        return STATUS_NO_MEMORY;
    int descriptor = open(name, O_RDONLY | O_CLOEXEC);
    enum status status = descriptor < 0 ? STATUS_IO : sweep_store_add(&merging->store, descriptor, false, &state, &bad_line);
    if (status == STATUS_IO) {
        (void)complain(merging, name, errno == EMFILE ? "all shards are open at once: ulimit -n says how many files may be" : "",
                       strerror(errno));
    } else if (status == STATUS_OK && state != JOURNAL_WHOLE) {
        diagnose(&merging->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "run this shard again, with --restart",
                 "%s: line %zu is not what was written there", name, bad_line);
        status = STATUS_IO;
    }
    free(name);
    return status;
}

/* All journals are open at once: as many files as the system lets a program have, where fewer are the custom. Where that does not suffice,
 * opening says so. */
static void allow_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static enum status open_store(struct merging *merging)
{
    const cJSON *sweep = cJSON_GetObjectItemCaseSensitive(merging->manifests[0], "sweep");
    size_t points = number_of(sweep, "points"), replications = number_of(merging->manifests[0], "replications");
    merging->columns = cJSON_GetObjectItemCaseSensitive(sweep, "columns");
    if (points == 0 || points > SWEEP_POINTS_MOST || replications == 0 || replications > 1000000 || !cJSON_IsArray(merging->columns) ||
        cJSON_GetArraySize(merging->columns) > (int)SWEEP_AXES_MOST + 1)
        return complain(merging, merging->paths[0], "", "its manifest is not what was written there");
    enum status status = sweep_store_init(&merging->store, points, (uint32_t)replications, merging->identity, merging->count);
    allow_files();
    for (size_t i = 0; i < merging->count && status == STATUS_OK; i++)
        status = add_journal(merging, merging->paths[i]);
    if (status == STATUS_OK && merging->store.done != points * replications) {
        diagnose(&merging->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "the shards hold %zu of %zu runs", merging->store.done,
                 points * replications);
        status = STATUS_IO;
    }
    return status;
}

static const char *title(void *context, size_t column)
{
    const struct merging *merging = context;
    return sweep_layout_text(merging->columns, (int)column);
}

static enum status turn_to(void *context, size_t point)
{
    struct merging *merging = context;
    cJSON_Delete(merging->texts);
    return sweep_store_read_point(&merging->store, point, &merging->texts);
}

static const char *text(void *context, size_t column)
{
    const struct merging *merging = context;
    return sweep_layout_text(merging->texts, (int)column);
}

/* What -o names is not to be another sweep that somebody waited for. */
static enum status check_output(struct merging *merging)
{
    cJSON *manifest = NULL;
    const char *path = merging->options->output;
    enum status status = option_given(merging->options, OPTION_RESTART) ? STATUS_OK : sweep_folder_manifest(path, &manifest);
    if (status == STATUS_IO)
        (void)complain(merging, path, "", strerror(errno));
    if (manifest && sweep_manifest_is_one(manifest) &&
        sweep_manifest_differs(manifest, merging->manifests[0], path, "--restart discards what is there; -o names another folder",
                               &merging->diagnostics))
        status = STATUS_INVALID;
    cJSON_Delete(manifest);
    return status;
}

static enum status write_whole(struct merging *merging)
{
    const struct sweep_table table = {.store = &merging->store,
                                      .column_count = (size_t)cJSON_GetArraySize(merging->columns),
                                      .title = title,
                                      .turn_to = turn_to,
                                      .text = text,
                                      .context = merging,
                                      .shards = 1};
    if (!sweep_manifest_finish(merging->manifests[0], true, 0, 1))
        return STATUS_NO_MEMORY;
    return sweep_commit(merging->options->output, merging->manifests[0], &table, &merging->diagnostics);
}

static enum status merge(struct merging *merging)
{
    const struct options *options = merging->options;
    enum status status = STATUS_OK;
    if (!options->output || options->argument_count < 2) {
        diagnose(&merging->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "usage: slsim sweep merge SHARD... -o DIR",
                 "merge needs the shards' folders, and a folder for the whole");
        return STATUS_INVALID;
    }
    for (size_t i = 1; i < options->argument_count && status == STATUS_OK; i++)
        status = take_shard(merging, options->arguments[i]);
    if (status == STATUS_OK)
        status = check_all_there(merging);
    if (status == STATUS_OK)
        status = check_output(merging);
    if (status == STATUS_OK)
        status = open_store(merging);
    return status == STATUS_OK ? write_whole(merging) : status;
}

static void merging_fini(struct merging *merging)
{
    sweep_store_fini(&merging->store);
    for (size_t i = 0; merging->manifests && i < merging->count; i++)
        cJSON_Delete(merging->manifests[i]);
    free(merging->manifests);
    free(merging->paths);
    cJSON_Delete(merging->texts);
}

int sweep_merge(const struct command *command, const struct options *options)
{
    struct merging merging = {.options = options};
    enum status status = merge(&merging);
    if (status == STATUS_OK)
        status = sweep_print_folder(command, options, options->output, (size_t)cJSON_GetArraySize(merging.columns));
    if (status == STATUS_OK && !option_given(options, OPTION_QUIET))
        diagnose(&merging.diagnostics, SEVERITY_NOTE, (struct place){0}, NULL, "", "%zu shards are together in %s", merging.count,
                 options->output);
    if (status != STATUS_OK && merging.diagnostics.error_count == 0)
        session_tell_of_end(options, NULL, status, &merging.diagnostics);
    session_report(&merging.diagnostics, options);
    merging_fini(&merging);
    return status_exit_code(status);
}
