/* result_folder.c: a folder that is whole or is not there. Every step goes through descriptors and follows no symbolic link below the
 * folder that holds the result, so nothing outside can be written or removed. */
#include "output/result_folder.h"

#include "output/manifest.h"
#include "output/unfinished.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Deeper than anything that we write; each level holds a descriptor. */
#define DEPTH_MAX 32

enum occupant { NOBODY, OURS, FOREIGN_FOLDER, NO_FOLDER, UNREADABLE };

static enum status refuse(struct diagnostics *diagnostics, const char *path, const char *why, const char *hint)
{
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "%s: %s", path, why);
    return STATUS_IO;
}

static bool holds_manifest(int folder)
{
    /* O_NONBLOCK: a pipe of that name must not stop us. */
    int descriptor = openat(folder, "manifest.json", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    struct stat about;
    char beginning[256];
    ssize_t length = -1;
    if (fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode))
        length = read(descriptor, beginning, sizeof beginning);
    (void)close(descriptor);
    return length > 0 && manifest_is_ours(beginning, (size_t)length);
}

static enum occupant look(int parent, const char *base)
{
    struct stat about;
    if (fstatat(parent, base, &about, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? NOBODY : UNREADABLE;
    if (!S_ISDIR(about.st_mode))
        return NO_FOLDER;
    int folder = openat(parent, base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return UNREADABLE;
    bool ours = holds_manifest(folder);
    (void)close(folder);
    return ours ? OURS : FOREIGN_FOLDER;
}

static enum status check_occupant(enum occupant occupant, const char *path, struct diagnostics *diagnostics)
{
    static const char hint[] = "name another folder with -o, or move this one away";
    switch (occupant) {
    case NOBODY:
    case OURS:
        return STATUS_OK;
    case FOREIGN_FOLDER:
        return refuse(diagnostics, path, "exists and is no result folder (it holds no manifest.json of slsim): left as it is", hint);
    case NO_FOLDER:
        return refuse(diagnostics, path, "exists and is no folder: left as it is", hint);
    case UNREADABLE:
        break;
    }
    return refuse(diagnostics, path, strerror(errno), "");
}

static bool remove_tree(int parent, const char *name, int depth)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return true;
    int descriptor = depth < DEPTH_MAX ? openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (descriptor < 0)
        return false;
    DIR *folder = fdopendir(descriptor);
    if (!folder) {
        (void)close(descriptor);
        return false;
    }
    bool removed = true;
    const struct dirent *entry;
    while ((entry = readdir(folder)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            removed &= remove_tree(descriptor, entry->d_name, depth + 1);
    (void)closedir(folder);
    return unlinkat(parent, name, AT_REMOVEDIR) == 0 && removed;
}

bool result_folder_remove(int folder, const char *name)
{
    return remove_tree(folder, name, 0);
}

/* Makes every folder above the last component of `path`. */
static bool make_parents(const char *path)
{
    char *prefix = strdup(path);
    if (!prefix)
        return false;
    bool made = true;
    for (char *slash = strchr(prefix + 1, '/'); made && slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        made = mkdir(prefix, 0777) == 0 || errno == EEXIST || errno == EISDIR;
        *slash = '/';
    }
    free(prefix);
    return made;
}

static int open_parent(const struct result_folder *folder)
{
    size_t above = strlen(folder->path) - strlen(folder->base);
    if (above == 0)
        return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *parent = strndup(folder->path, above);
    if (!parent)
        return -1;
    int descriptor = make_parents(folder->path) ? open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int reason = errno;
    free(parent);
    errno = reason;
    return descriptor;
}

/* A name that nobody else uses: runs side by side have their own. */
static bool make_temporary(struct result_folder *folder)
{
    for (unsigned attempt = 0; attempt < 1000; attempt++) {
        (void)snprintf(folder->temporary, sizeof folder->temporary, ".slsim-%ld-%u", (long)getpid(), attempt);
        if (mkdirat(folder->parent, folder->temporary, 0777) == 0) {
            folder->unfinished = unfinished_begin(folder->parent, folder->temporary);
            folder->descriptor = openat(folder->parent, folder->temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            return folder->descriptor >= 0;
        }
        if (errno != EEXIST)
            break;
    }
    folder->temporary[0] = '\0';
    return false;
}

enum status result_folder_begin(struct result_folder *folder, const char *path, struct diagnostics *diagnostics)
{
    *folder = (struct result_folder){.parent = -1, .descriptor = -1};
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    folder->path = strndup(path, length);
    if (!folder->path)
        return STATUS_NO_MEMORY;
    const char *slash = strrchr(folder->path, '/');
    const char *base = slash ? slash + 1 : folder->path;
    if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0) {
        enum status status = refuse(diagnostics, path, "is no name that a result folder can have", "name a folder, as in -o results/first");
        result_folder_fini(folder);
        return status;
    }
    folder->base = strdup(base);
    if (!folder->base) {
        result_folder_fini(folder);
        return STATUS_NO_MEMORY;
    }
    enum status status = STATUS_OK;
    folder->parent = open_parent(folder);
    if (folder->parent < 0)
        status = refuse(diagnostics, folder->path, strerror(errno), "");
    if (status == STATUS_OK)
        status = check_occupant(look(folder->parent, folder->base), folder->path, diagnostics);
    if (status == STATUS_OK && !make_temporary(folder))
        status = refuse(diagnostics, folder->path, strerror(errno), "");
    if (status != STATUS_OK)
        result_folder_fini(folder);
    return status;
}

FILE *result_folder_create(const struct result_folder *folder, const char *name)
{
    int descriptor = openat(folder->descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return NULL;
    FILE *file = fdopen(descriptor, "w");
    if (!file)
        (void)close(descriptor);
    return file;
}

/* Where the file system knows no flags of rename, a moment passes in which neither has the name. */
static bool exchange(struct result_folder *folder, const char *base)
{
    if (renameat2(folder->parent, folder->temporary, folder->parent, base, RENAME_EXCHANGE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    char aside[sizeof folder->temporary + 8];
    (void)snprintf(aside, sizeof aside, "%s-old", folder->temporary);
    if (renameat(folder->parent, base, folder->parent, aside) != 0)
        return false;
    if (renameat(folder->parent, folder->temporary, folder->parent, base) != 0) {
        int reason = errno;
        (void)renameat(folder->parent, aside, folder->parent, base);
        errno = reason;
        return false;
    }
    return renameat(folder->parent, aside, folder->parent, folder->temporary) == 0;
}

static bool move_in(struct result_folder *folder, const char *base)
{
    if (renameat2(folder->parent, folder->temporary, folder->parent, base, RENAME_NOREPLACE) == 0)
        return true;
    return (errno == EINVAL || errno == ENOSYS) && renameat(folder->parent, folder->temporary, folder->parent, base) == 0;
}

static enum status take_name(struct result_folder *folder, const char *base, const char *path, struct diagnostics *diagnostics)
{
    enum occupant occupant = look(folder->parent, base);
    enum status status = check_occupant(occupant, path, diagnostics);
    if (status != STATUS_OK)
        return status;
    if (occupant == NOBODY) {
        if (!move_in(folder, base))
            return refuse(diagnostics, path, strerror(errno), "");
        folder->temporary[0] = '\0';
        return STATUS_OK;
    }
    if (!exchange(folder, base))
        return refuse(diagnostics, path, strerror(errno), "");
    /* What has our temporary name now is what will be removed: look again, for it may have changed since. */
    occupant = look(folder->parent, folder->temporary);
    if (occupant != OURS) {
        (void)exchange(folder, base);
        return check_occupant(occupant == NOBODY ? FOREIGN_FOLDER : occupant, path, diagnostics);
    }
    if (!remove_tree(folder->parent, folder->temporary, 0))
        diagnose(diagnostics, SEVERITY_WARNING, (struct place){0}, NULL, "",
                 "%s: the older result could not be removed whole: what is left of it is in %s beside it", path, folder->temporary);
    folder->temporary[0] = '\0';
    return STATUS_OK;
}

enum status result_folder_commit(struct result_folder *folder, struct diagnostics *diagnostics)
{
    enum status status = take_name(folder, folder->base, folder->path, diagnostics);
    result_folder_fini(folder);
    return status;
}

enum status result_folder_commit_partial(struct result_folder *folder, struct diagnostics *diagnostics)
{
    static const char suffix[] = ".partial";
    size_t length = strlen(folder->path);
    char *path = malloc(length + sizeof suffix);
    enum status status = STATUS_NO_MEMORY;
    if (path) {
        memcpy(path, folder->path, length);
        memcpy(path + length, suffix, sizeof suffix);
        status = take_name(folder, path + (length - strlen(folder->base)), path, diagnostics);
        free(path);
    }
    result_folder_fini(folder);
    return status;
}

void result_folder_fini(struct result_folder *folder)
{
    if (folder->descriptor >= 0)
        (void)close(folder->descriptor);
    if (folder->parent >= 0) {
        if (folder->temporary[0])
            (void)remove_tree(folder->parent, folder->temporary, 0);
        unfinished_end(folder->unfinished);
        (void)close(folder->parent);
    }
    free(folder->path);
    free(folder->base);
    *folder = (struct result_folder){.parent = -1, .descriptor = -1};
}
