/* output_file.c: one file that a user names. */
#include "output/output_file.h"

#include "output/unfinished.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status refuse(const char *path, struct diagnostics *diagnostics)
{
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s: %s", path, errno ? strerror(errno) : "could not be written");
    return STATUS_IO;
}

static FILE *open_new(const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!file && descriptor >= 0)
        (void)close(descriptor);
    return file;
}

enum status output_file_open(struct output_file *output, const char *path, struct diagnostics *diagnostics)
{
    *output = (struct output_file){.path = strdup(path)};
    struct stat about;
    bool special = stat(path, &about) == 0 && !S_ISREG(about.st_mode);
    if (!special && output->path && asprintf(&output->temporary, "%s.%ld.partial", path, (long)getpid()) < 0)
        output->temporary = NULL;
    if (!output->path || (!special && !output->temporary)) {
        output_file_fini(output);
        return STATUS_NO_MEMORY;
    }
    output->file = special ? fopen(path, "we") : open_new(output->temporary);
    if (output->file) {
        output->unfinished = special ? 0 : unfinished_begin(AT_FDCWD, output->temporary);
        return STATUS_OK;
    }
    int reason = errno;
    /* Not ours to remove: it was there before, or is not there at all. */
    free(output->temporary);
    output->temporary = NULL;
    output_file_fini(output);
    errno = reason;
    return refuse(path, diagnostics);
}

enum status output_file_commit(struct output_file *output, struct diagnostics *diagnostics)
{
    errno = 0;
    bool written = fflush(output->file) == 0 && !ferror(output->file);
    written &= fclose(output->file) == 0;
    output->file = NULL;
    if (written && output->temporary)
        written = rename(output->temporary, output->path) == 0;
    enum status status = written ? STATUS_OK : refuse(output->path, diagnostics);
    if (written) {
        free(output->temporary);
        output->temporary = NULL;
    }
    output_file_fini(output);
    return status;
}

void output_file_fini(struct output_file *output)
{
    if (output->file)
        (void)fclose(output->file);
    if (output->temporary)
        (void)unlink(output->temporary);
    unfinished_end(output->unfinished);
    free(output->temporary);
    free(output->path);
    *output = (struct output_file){0};
}
