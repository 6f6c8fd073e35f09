/* diagnostics.c: collecting mistakes, each once, and printing them in order. */
#include "document/diagnostics.h"

#include "document/utf8.h"
#include "engine/room.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DIAGNOSTICS_KEPT 1000

void diagnostics_fini(struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        free(diagnostics->list[i].path);
        free(diagnostics->list[i].message);
        free(diagnostics->list[i].hint);
    }
    for (size_t i = 0; i < diagnostics->file_count; i++)
        free(diagnostics->files[i]);
    free(diagnostics->list);
    free(diagnostics->files);
    *diagnostics = (struct diagnostics){0};
}

static bool same_name(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The order in which `file` was first named; file_count when it was not. */
static size_t file_order(const struct diagnostics *diagnostics, const char *file)
{
    size_t order = 0;
    while (order < diagnostics->file_count && !same_name(diagnostics->files[order], file))
        order++;
    return order;
}

/* Keeps a copy of the name, so that what is printed at the end does not hang on what was freed before. */
static bool intern(struct diagnostics *diagnostics, const char *file, const char **interned)
{
    size_t order = file_order(diagnostics, file);
    if (order == diagnostics->file_count) {
        if (!room_for(&diagnostics->files, diagnostics->file_count + 1, &diagnostics->file_capacity, sizeof(char *)))
            return false;
        char *copy = file == NULL ? NULL : strdup(file);
        if (file != NULL && copy == NULL)
            return false;
        diagnostics->files[diagnostics->file_count++] = copy;
    }
    *interned = diagnostics->files[order];
    return true;
}

static bool known(const struct diagnostics *diagnostics, const struct diagnostic *candidate)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct diagnostic *other = &diagnostics->list[i];
        if (other->place.line == candidate->place.line && other->place.column == candidate->place.column &&
            same_name(other->place.file, candidate->place.file) && strcmp(other->message, candidate->message) == 0 &&
            strcmp(other->path, candidate->path) == 0)
            return true;
    }
    return false;
}

static void release(struct diagnostic *diagnostic)
{
    free(diagnostic->path);
    free(diagnostic->message);
    free(diagnostic->hint);
}

/* Where the list is full, an error takes the place of the last warning: whoever fails must see why. */
static bool make_room(struct diagnostics *diagnostics, enum severity severity, struct diagnostic **slot)
{
    *slot = NULL;
    if (diagnostics->count < DIAGNOSTICS_KEPT) {
        if (!room_for(&diagnostics->list, diagnostics->count + 1, &diagnostics->capacity, sizeof *diagnostics->list))
            return false;
        *slot = &diagnostics->list[diagnostics->count++];
        return true;
    }
    diagnostics->unkept++;
    for (size_t i = diagnostics->count; severity == SEVERITY_ERROR && i-- > 0;) {
        if (diagnostics->list[i].severity != SEVERITY_ERROR) {
            release(&diagnostics->list[i]);
            *slot = &diagnostics->list[i];
            return true;
        }
    }
    return true;
}

static void run_out(struct diagnostics *diagnostics)
{
    diagnostics->failed = true;
    diagnostics->error_count++;
}

void diagnose(struct diagnostics *diagnostics, enum severity severity, struct place place, const char *path, const char *hint,
              const char *format, ...)
{
    struct diagnostic diagnostic = {.severity = severity, .place = place};
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&diagnostic.message, format, arguments) < 0)
        diagnostic.message = NULL;
    va_end(arguments);
    diagnostic.path = strdup(path == NULL ? "" : path);
    diagnostic.hint = strdup(hint == NULL ? "" : hint);

    struct diagnostic *slot = NULL;
    if (diagnostic.message == NULL || diagnostic.path == NULL || diagnostic.hint == NULL ||
        !intern(diagnostics, place.file, &diagnostic.place.file)) {
        run_out(diagnostics);
    } else if (known(diagnostics, &diagnostic)) {
        release(&diagnostic);
        return;
    } else if (!make_room(diagnostics, severity, &slot)) {
        run_out(diagnostics);
    } else if (severity == SEVERITY_ERROR) {
        diagnostics->error_count++;
    }
    if (slot == NULL)
        release(&diagnostic);
    else
        *slot = diagnostic;
}

void diagnostics_drop(struct diagnostics *diagnostics, size_t index)
{
    if (diagnostics->list[index].severity == SEVERITY_ERROR)
        diagnostics->error_count--;
    release(&diagnostics->list[index]);
    diagnostics->count--;
    memmove(&diagnostics->list[index], &diagnostics->list[index + 1], (diagnostics->count - index) * sizeof *diagnostics->list);
}

/* Characters that would move the cursor, change colours or turn the writing direction. */
static bool drives_terminal(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

static void put_escaped(const char *text, FILE *out)
{
    size_t left = strlen(text);
    while (left > 0) {
        uint32_t code = 0;
        size_t length = utf8_decode(text, left, &code);
        if (length == 0) {
            fprintf(out, "\\x%02x", (unsigned)(unsigned char)*text);
            length = 1;
        } else if (!drives_terminal(code)) {
            fwrite(text, 1, length, out);
        } else if (code == '\n' || code == '\t' || code == '\r') {
            fprintf(out, "\\%c", code == '\n' ? 'n' : code == '\t' ? 't' : 'r');
        } else {
            fprintf(out, code < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)code);
        }
        text += length;
        left -= length;
    }
}

/* Does the place name the path already, as "--set rules.x" does? */
static bool is_path_of_place(const struct diagnostic *diagnostic)
{
    const char *file = diagnostic->place.file;
    size_t length = file == NULL ? 0 : strlen(file), tail = strlen(diagnostic->path);
    return length > tail && file[length - tail - 1] == ' ' && diagnostic->place.line == 0 &&
           strcmp(file + length - tail, diagnostic->path) == 0;
}

static void print_one(const struct diagnostic *diagnostic, FILE *out, bool colour)
{
    static const char *const words[] = {[SEVERITY_ERROR] = "error", [SEVERITY_WARNING] = "warning", [SEVERITY_NOTE] = "note"};
    static const char *const colours[] = {
        [SEVERITY_ERROR] = "\033[1;31m", [SEVERITY_WARNING] = "\033[1;35m", [SEVERITY_NOTE] = "\033[1;36m"};
    if (diagnostic->place.file != NULL) {
        fputs(colour ? "\033[1m" : "", out);
        put_escaped(diagnostic->place.file, out);
        if (diagnostic->place.line > 0)
            fprintf(out, ":%d", diagnostic->place.line);
        if (diagnostic->place.line > 0 && diagnostic->place.column > 0)
            fprintf(out, ":%d", diagnostic->place.column);
        fputs(colour ? ":\033[0m " : ": ", out);
    }
    fprintf(out, "%s%s:%s ", colour ? colours[diagnostic->severity] : "", words[diagnostic->severity], colour ? "\033[0m" : "");
    if (diagnostic->path[0] != 0 && !is_path_of_place(diagnostic)) {
        put_escaped(diagnostic->path, out);
        fputs(": ", out);
    }
    put_escaped(diagnostic->message, out);
    fputc('\n', out);
    if (diagnostic->hint[0] != 0) {
        fputs("  hint: ", out);
        put_escaped(diagnostic->hint, out);
        fputc('\n', out);
    }
}

struct rank {
    size_t file, index;
    int line, column;
};

static int compare_ranks(const void *left, const void *right)
{
    const struct rank *a = left, *b = right;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

void diagnostics_print(const struct diagnostics *diagnostics, FILE *out, bool colour)
{
    /* Without memory for the order, better in the order of finding than not at all. */
    struct rank *ranks = diagnostics->count == 0 ? NULL : calloc(diagnostics->count, sizeof *ranks);
    for (size_t i = 0; ranks != NULL && i < diagnostics->count; i++) {
        struct place place = diagnostics->list[i].place;
        ranks[i] = (struct rank){file_order(diagnostics, place.file), i, place.line, place.column};
    }
    if (ranks != NULL)
        qsort(ranks, diagnostics->count, sizeof *ranks, compare_ranks);
    for (size_t i = 0; i < diagnostics->count; i++)
        print_one(&diagnostics->list[ranks == NULL ? i : ranks[i].index], out, colour);
    free(ranks);
    if (diagnostics->unkept > 0)
        fprintf(out, "... and %zu more\n", diagnostics->unkept);
    if (diagnostics->failed)
        fputs("error: memory ran out, so this list is incomplete\n", out);
}
