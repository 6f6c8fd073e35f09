/* text_file.c: reading whole files, and paths between them. */
#include "document/text_file.h"

#include "document/document.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads to the end by doubling: pipes and devices have no size to ask for. */
static enum status read_all(FILE *file, size_t limit, char **bytes, size_t *length, bool *too_large)
{
    size_t capacity = 1 << 16, filled = 0;
    char *buffer = malloc(capacity);
    *too_large = false;
    while (buffer != NULL) {
        filled += fread(buffer + filled, 1, capacity - 1 - filled, file);
        if (filled < capacity - 1)
            break;
        *too_large = filled > limit;
        if (*too_large)
            break;
        char *grown = realloc(buffer, capacity * 2);
        if (grown == NULL) {
            free(buffer);
            return STATUS_NO_MEMORY;
        }
        buffer = grown;
        capacity *= 2;
    }
    if (buffer == NULL)
        return STATUS_NO_MEMORY;
    *too_large = *too_large || filled > limit;
    if (ferror(file) || *too_large) {
        free(buffer);
        return STATUS_IO;
    }
    buffer[filled] = 0;
    char *fitted = realloc(buffer, filled + 1);
    *bytes = fitted == NULL ? buffer : fitted;
    *length = filled;
    return STATUS_OK;
}

enum status text_file_read(const char *path, size_t limit, struct place place, struct diagnostics *diagnostics, char **bytes,
                           size_t *length)
{
    bool standard_input = strcmp(path, "-") == 0;
    const char *name = standard_input ? "standard input" : path;
    *bytes = NULL;
    *length = 0;
    FILE *file = standard_input ? stdin : fopen(path, "rb");
    if (standard_input)
        (void)fseek(stdin, 0, SEEK_SET); /* what cannot be read twice stays where it is */
    if (file == NULL) {
        /* Who names a file in a scenario names it from the scenario's folder, wherever the program is started. */
        bool named = place.line > 0 && path[0] != '/';
        diagnose(diagnostics, SEVERITY_ERROR, place, NULL, named ? "paths are relative to the file that names them" : NULL,
                 "cannot read \"%s\": %s", name, strerror(errno));
        return STATUS_IO;
    }
    bool too_large;
    errno = 0;
    enum status status = read_all(file, limit, bytes, length, &too_large);
    int error = errno;
    if (!standard_input)
        fclose(file);
    if (too_large)
        diagnose(diagnostics, SEVERITY_ERROR, place, NULL, NULL, "\"%s\" is larger than %zu MiB", name, limit >> 20);
    else if (status == STATUS_IO)
        diagnose(diagnostics, SEVERITY_ERROR, place, NULL, NULL, "cannot read \"%s\": %s", name, strerror(error));
    return status;
}

char *text_file_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

char *path_join(const char *folder, const char *path)
{
    if (path[0] == '/' || folder[0] == 0 || strcmp(folder, ".") == 0)
        return strdup(path);
    char *joined = NULL;
    const char *between = folder[strlen(folder) - 1] == '/' ? "" : "/";
    return asprintf(&joined, "%s%s%s", folder, between, path) < 0 ? NULL : joined;
}
