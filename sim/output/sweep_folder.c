/* sweep_folder.c: the folder in which a sweep works. */
#include "output/sweep_folder.h"

#include "output/json_print.h"
#include "output/manifest.h"
#include "output/result_folder.h"
#include "output/sweep_manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANIFEST "manifest.json"
#define MANIFEST_NEW "manifest.json.new"
#define MANIFEST_LARGEST ((off_t)256 << 20)
#define TRIES 20

static const char restart_hint[] = "--restart discards what is there; -o names another folder";

static enum status refuse(struct diagnostics *diagnostics, const char *path, const char *why, const char *hint)
{
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "%s: %s", path, why);
    return STATUS_IO;
}

static char *read_bytes(int descriptor, size_t size)
{
    char *bytes = malloc(size + 1);
    size_t used = 0;
    while (bytes && used < size) {
        ssize_t length = read(descriptor, bytes + used, size - used);
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            break;
        used += (size_t)length;
    }
    if (bytes)
        bytes[used] = '\0';
    return bytes;
}

/* Of the folder that is open. */
enum status sweep_folder_manifest_in(int folder, cJSON **manifest)
{
    struct stat about;
    *manifest = NULL;
    int descriptor = openat(folder, MANIFEST, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ENOENT || errno == ENOTDIR ? STATUS_OK : STATUS_IO;
    enum status status = fstat(descriptor, &about) == 0 ? STATUS_OK : STATUS_IO;
    if (status == STATUS_OK && S_ISREG(about.st_mode) && about.st_size <= MANIFEST_LARGEST) {
        char *bytes = read_bytes(descriptor, (size_t)about.st_size);
        status = bytes ? STATUS_OK : STATUS_NO_MEMORY;
        if (bytes && manifest_is_ours(bytes, strlen(bytes)))
            *manifest = cJSON_Parse(bytes);
        free(bytes);
    }
    (void)close(descriptor);
    return status;
}

enum status sweep_folder_manifest(const char *path, cJSON **manifest)
{
    *manifest = NULL;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return errno == ENOENT ? STATUS_OK : STATUS_IO;
    enum status status = sweep_folder_manifest_in(folder, manifest);
    (void)close(folder);
    return status;
}

static int number_of(const cJSON *manifest, const char *key)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(manifest, key);
    return cJSON_IsNumber(number) ? number->valueint : 0;
}

/* The same sweep, and the same shard of it? Says what differs. */
static enum status hold_against(const cJSON *found, const cJSON *wanted, const char *path, struct diagnostics *diagnostics)
{
    int shard = number_of(found, "shard"), shards = number_of(found, "shards");
    if (sweep_manifest_differs(found, wanted, path, restart_hint, diagnostics))
        return STATUS_INVALID;
    if (shard == number_of(wanted, "shard") && shards == number_of(wanted, "shards"))
        return STATUS_OK;
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, restart_hint, "%s: holds shard %d/%d of this sweep, which is another",
             path, shard, shards > 0 ? shards : 1);
    return STATUS_INVALID;
}

/* The same sweep and shard, without a word. */
static bool is_same(const cJSON *found, const cJSON *wanted)
{
    struct diagnostics unheard = {0};
    bool same = sweep_manifest_is_one(found) && hold_against(found, wanted, "", &unheard) == STATUS_OK;
    diagnostics_fini(&unheard);
    return same;
}

/* DIR is whole: what it was made in is of no more use, where whoever finished it was stopped before that was removed. What is not this
 * sweep's stays, and so does what another process works in. */
static void remove_leftover(const struct sweep_folder *folder, const cJSON *wanted, struct diagnostics *diagnostics)
{
    cJSON *manifest = NULL;
    int partial = open(folder->partial, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (partial < 0)
        return;
    bool ours = sweep_folder_manifest_in(partial, &manifest) == STATUS_OK && manifest && is_same(manifest, wanted);
    cJSON_Delete(manifest);
    int journal = ours ? openat(partial, SWEEP_JOURNAL, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
    if (ours && journal < 0)
        ours = errno == ENOENT;
    else if (ours && flock(journal, LOCK_EX | LOCK_NB) != 0)
        ours = errno != EWOULDBLOCK && errno != EINTR;
    (void)close(partial);
    if (ours)
        sweep_folder_remove_partial(folder, diagnostics);
    else
        (void)rmdir(folder->partial); /* where it is empty: its manifest went last */
    if (journal >= 0)
        (void)close(journal);
}

/* DIR itself. */
static enum status look_at_result(const struct sweep_folder *folder, const cJSON *wanted, bool restart, struct diagnostics *diagnostics,
                                  enum sweep_found *found)
{
    cJSON *manifest = NULL;
    enum status status = restart ? STATUS_OK : sweep_folder_manifest(folder->path, &manifest);
    if (status == STATUS_IO)
        return refuse(diagnostics, folder->path, strerror(errno), "");
    /* What a run left may be replaced, as by another run. */
    if (manifest && sweep_manifest_is_one(manifest)) {
        status = hold_against(manifest, wanted, folder->path, diagnostics);
        if (status == STATUS_OK)
            *found = SWEEP_COMPLETE;
    }
    cJSON_Delete(manifest);
    return status;
}

static bool write_manifest(int folder, const cJSON *manifest)
{
    (void)unlinkat(folder, MANIFEST_NEW, 0);
    int descriptor = openat(folder, MANIFEST_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!file) {
        if (descriptor >= 0)
            (void)close(descriptor);
        return false;
    }
    errno = 0;
    json_print(file, manifest);
    bool good = fflush(file) == 0 && !ferror(file) && fsync(descriptor) == 0;
    int reason = errno;
    good &= fclose(file) == 0;
    errno = reason ? reason : errno;
    return good && renameat(folder, MANIFEST_NEW, folder, MANIFEST) == 0 && fsync(folder) == 0;
}

/* Is what was locked still what has that name? Its owner may have finished and removed it meanwhile. */
static bool is_still_there(int folder, int journal)
{
    struct stat named, locked;
    return fstatat(folder, SWEEP_JOURNAL, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(journal, &locked) == 0 &&
           named.st_ino == locked.st_ino && named.st_dev == locked.st_dev;
}

/* The journal, locked. -1 with *busy where another process has it, else with errno. */
static int open_journal(int folder, bool *busy)
{
    struct stat about;
    *busy = false;
    int journal = openat(folder, SWEEP_JOURNAL, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (journal < 0)
        return -1;
    if (fstat(journal, &about) != 0 || !S_ISREG(about.st_mode)) {
        (void)close(journal);
        errno = EINVAL;
        return -1;
    }
    /* A file system without locks: the sweep goes on without one. */
    if (flock(journal, LOCK_EX | LOCK_NB) == 0 || (errno != EWOULDBLOCK && errno != EINTR))
        return journal;
    (void)close(journal);
    *busy = true;
    return -1;
}

/* What DIR.partial holds, once it is locked. */
static enum status take_partial(struct sweep_folder *folder, int partial, const cJSON *wanted, bool restart,
                                struct diagnostics *diagnostics, enum sweep_found *found)
{
    struct stat about;
    cJSON *manifest = NULL;
    enum status status = sweep_folder_manifest_in(partial, &manifest);
    if (status == STATUS_IO || fstat(folder->journal, &about) != 0)
        status = refuse(diagnostics, folder->partial, strerror(errno), "");
    bool ours = manifest && sweep_manifest_is_one(manifest);
    if (status == STATUS_OK && ours && !restart) {
        status = hold_against(manifest, wanted, folder->partial, diagnostics);
        if (status == STATUS_OK && about.st_size > 0)
            *found = SWEEP_BEGUN;
    } else if (status == STATUS_OK && !ours && !restart && about.st_size > 0) {
        status = refuse(diagnostics, folder->partial, "holds units of a sweep, but not what they belong to", restart_hint);
    }
    cJSON_Delete(manifest);
    if (status != STATUS_OK || *found == SWEEP_BEGUN)
        return status;
    if (ftruncate(folder->journal, 0) == 0 && write_manifest(partial, wanted))
        return STATUS_OK;
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s/" MANIFEST ": %s", folder->partial, strerror(errno));
    return STATUS_IO;
}

/* Foreign folders are left alone: what has neither our manifest nor our journal, and is not empty. */
static bool is_foreign(int partial)
{
    struct stat about;
    cJSON *manifest = NULL;
    bool known = sweep_folder_manifest_in(partial, &manifest) == STATUS_OK && manifest;
    cJSON_Delete(manifest);
    if (known || fstatat(partial, SWEEP_JOURNAL, &about, AT_SYMLINK_NOFOLLOW) == 0)
        return false;
    int copy = openat(partial, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy < 0 ? NULL : fdopendir(copy);
    size_t entries = 0;
    while (list && readdir(list))
        entries++;
    if (list)
        (void)closedir(list);
    return entries > 2;
}

enum attempt { ATTEMPT_DONE, ATTEMPT_AGAIN };

static enum attempt try_partial(struct sweep_folder *folder, const cJSON *wanted, bool restart, struct diagnostics *diagnostics,
                                enum sweep_found *found, enum status *status)
{
    bool busy = false;
    int partial = -1;
    if (mkdir(folder->partial, 0777) == 0 || errno == EEXIST)
        partial = open(folder->partial, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (partial < 0) {
        *status = refuse(diagnostics, folder->partial, strerror(errno), "");
        return ATTEMPT_DONE;
    }
    if (is_foreign(partial)) {
        (void)close(partial);
        *status = refuse(diagnostics, folder->partial, "exists and is nothing that a sweep left: left as it is",
                         "name another folder with -o, or move this one away");
        return ATTEMPT_DONE;
    }
    folder->journal = open_journal(partial, &busy);
    enum attempt attempt = ATTEMPT_DONE;
    if (busy) {
        *status = refuse(diagnostics, folder->partial, "another process is working in it", "wait for it, or name another folder with -o");
    } else if (folder->journal < 0) {
        attempt = errno == ENOENT ? ATTEMPT_AGAIN : ATTEMPT_DONE;
        *status = attempt == ATTEMPT_DONE ? refuse(diagnostics, folder->partial, strerror(errno), "") : STATUS_OK;
    } else if (!is_still_there(partial, folder->journal)) {
        (void)close(folder->journal);
        folder->journal = -1;
        attempt = ATTEMPT_AGAIN;
    } else {
        *status = take_partial(folder, partial, wanted, restart, diagnostics, found);
    }
    (void)close(partial);
    return attempt;
}

/* Is the name one that a result may have, and what is there one that may be replaced? The folders above are made. */
static enum status probe(struct sweep_folder *folder, const char *path, struct diagnostics *diagnostics)
{
    struct result_folder result;
    enum status status = result_folder_begin(&result, path, diagnostics);
    if (status != STATUS_OK)
        return status;
    folder->path = strdup(result.path);
    result_folder_fini(&result);
    if (!folder->path || asprintf(&folder->partial, "%s.partial", folder->path) < 0) {
        folder->partial = NULL;
        return STATUS_NO_MEMORY;
    }
    return STATUS_OK;
}

enum status sweep_folder_open(struct sweep_folder *folder, const char *path, const cJSON *wanted, bool restart,
                              struct diagnostics *diagnostics, enum sweep_found *found)
{
    *folder = (struct sweep_folder){.journal = -1};
    *found = SWEEP_NOTHING;
    enum status status = probe(folder, path, diagnostics);
    /* Again where another process finishes the same sweep meanwhile. */
    for (int i = 0; status == STATUS_OK && i < TRIES; i++) {
        status = look_at_result(folder, wanted, restart, diagnostics, found);
        if (*found == SWEEP_COMPLETE)
            remove_leftover(folder, wanted, diagnostics);
        if (status != STATUS_OK || *found == SWEEP_COMPLETE ||
            try_partial(folder, wanted, restart, diagnostics, found, &status) == ATTEMPT_DONE)
            return status;
    }
    return status != STATUS_OK ? status : refuse(diagnostics, folder->partial, "comes and goes: another process is working there", "");
}

/* First of all: while the manifest is there, what is left is known to be of a sweep. */
static void remove_journal(const char *partial)
{
    int folder = open(partial, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return;
    (void)unlinkat(folder, SWEEP_JOURNAL, 0);
    (void)close(folder);
}

bool sweep_folder_sync(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    bool synced = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0)
        (void)close(descriptor);
    return synced;
}

void sweep_folder_remove_partial(const struct sweep_folder *folder, struct diagnostics *diagnostics)
{
    struct stat about;
    remove_journal(folder->partial);
    if (lstat(folder->partial, &about) == 0 && !result_folder_remove(AT_FDCWD, folder->partial))
        diagnose(diagnostics, SEVERITY_WARNING, (struct place){0}, NULL, "", "%s: could not be removed whole: %s", folder->partial,
                 strerror(errno));
}

void sweep_folder_fini(struct sweep_folder *folder)
{
    if (folder->journal >= 0)
        (void)close(folder->journal);
    free(folder->path);
    free(folder->partial);
    *folder = (struct sweep_folder){.journal = -1};
}
