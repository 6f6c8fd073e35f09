/* journal.c: hashed lines. A mark says up to where the file is on the disk: a bad line before that is damage, behind it the end was torn.
 */
#include "output/journal.h"

#include "document/document.h"
#include "engine/room.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char mark[] = "on the disk to ";
static const char none[] = "0000000000000000";
#define MARK_SIZE (sizeof mark + 24 + JOURNAL_HASH + 1)

#define SYNC_EVERY_S 1
#define ROOM_BEFORE JOURNAL_HASH /* of the line before, so that both are hashed at once */

/* The hash of `text`, in front of which there are ROOM_BEFORE bytes to be written to. */
static void hash_line(const char *last, char *text, size_t length, char hash[JOURNAL_HASH + 1])
{
    char hex[65];
    memcpy(text - ROOM_BEFORE, last, ROOM_BEFORE);
    sha256_hex(text - ROOM_BEFORE, length + ROOM_BEFORE, hex);
    memcpy(hash, hex, JOURNAL_HASH);
    hash[JOURNAL_HASH] = '\0';
}

/* A line as it was read: "HASH TEXT\n" of `length` bytes. True where it follows on `last`. */
static bool follows(const char *last, char *line, size_t length, char hash[JOURNAL_HASH + 1])
{
    char given[JOURNAL_HASH + 1];
    if (length < JOURNAL_HASH + 2 || line[length - 1] != '\n' || line[JOURNAL_HASH] != ' ' || memchr(line, '\0', length))
        return false;
    memcpy(given, line, sizeof given);
    hash_line(last, line + sizeof given, length - sizeof given - 1, hash);
    memcpy(line, given, sizeof given);
    return memcmp(hash, given, JOURNAL_HASH) == 0;
}

/* A mark vouches for itself, whatever stands before it. In `text`, which has MARK_SIZE. Returns its length. */
static size_t make_mark(uint64_t offset, char text[MARK_SIZE])
{
    char room[ROOM_BEFORE + 24], hash[JOURNAL_HASH + 1];
    int digits = snprintf(room + ROOM_BEFORE, sizeof room - ROOM_BEFORE, "%llu", (unsigned long long)offset);
    hash_line(none, room + ROOM_BEFORE, (size_t)digits, hash);
    return (size_t)snprintf(text, MARK_SIZE, "%s%s %s", mark, room + ROOM_BEFORE, hash);
}

static bool is_mark(const char *text)
{
    return strncmp(text, mark, strlen(mark)) == 0;
}

/* Behind a bad line at `offset`: does a mark say that it was on the disk? */
static bool is_marked(FILE *file, uint64_t offset, char **line, size_t *capacity)
{
    char text[MARK_SIZE];
    ssize_t length;
    while ((length = getline(line, capacity, file)) > 0) {
        (*line)[length - ((*line)[length - 1] == '\n')] = '\0';
        const char *found = strlen(*line) > JOURNAL_HASH ? *line + JOURNAL_HASH + 1 : "";
        uint64_t marked = is_mark(found) ? strtoull(found + strlen(mark), NULL, 10) : 0;
        if (marked > offset && make_mark(marked, text) && strcmp(text, found) == 0)
            return true;
    }
    return false;
}

static enum status read_lines(struct journal *journal, FILE *file, journal_reader *reader, void *context, enum journal_state *state,
                              size_t *bad_line)
{
    char *line = NULL, hash[JOURNAL_HASH + 1];
    size_t capacity = 0, count = 0;
    ssize_t length;
    *state = JOURNAL_WHOLE;
    errno = 0;
    while ((length = getline(&line, &capacity, file)) > 0) {
        count++;
        bool good = follows(journal->last, line, (size_t)length, hash);
        char *text = line + JOURNAL_HASH + 1;
        if (good) {
            line[length - 1] = '\0';
            good = is_mark(text) || reader(context, journal->end, text);
        }
        if (!good) {
            *state = is_marked(file, journal->end, &line, &capacity) ? JOURNAL_DAMAGED : JOURNAL_TORN;
            *bad_line = count;
            break;
        }
        memcpy(journal->last, hash, sizeof hash);
        journal->end += (uint64_t)length;
    }
    int reason = errno;
    bool failed = ferror(file) != 0, full = length < 0 && !feof(file) && reason == ENOMEM;
    free(line);
    errno = reason;
    return failed ? STATUS_IO : full ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status journal_open(struct journal *journal, int descriptor, bool append, journal_reader *reader, void *context,
                         enum journal_state *state, size_t *bad_line)
{
    *journal = (struct journal){.descriptor = descriptor};
    pthread_mutex_init(&journal->lock, NULL);
    memcpy(journal->last, none, sizeof none);
    (void)clock_gettime(CLOCK_MONOTONIC, &journal->synced);
    int copy = dup(descriptor);
    FILE *file = copy < 0 || lseek(copy, 0, SEEK_SET) < 0 ? NULL : fdopen(copy, "r");
    if (!file) {
        if (copy >= 0)
            (void)close(copy);
        return STATUS_IO;
    }
    enum status status = read_lines(journal, file, reader, context, state, bad_line);
    int reason = errno;
    (void)fclose(file);
    errno = reason;
    if (status != STATUS_OK || !append || *state == JOURNAL_DAMAGED)
        return status;
    if (ftruncate(descriptor, (off_t)journal->end) != 0 || lseek(descriptor, (off_t)journal->end, SEEK_SET) < 0)
        return STATUS_IO;
    return STATUS_OK;
}

void journal_fini(struct journal *journal)
{
    free(journal->buffer);
    pthread_mutex_destroy(&journal->lock);
    *journal = (struct journal){.descriptor = -1};
}

/* Under the lock. */
static enum status append(struct journal *journal, const char *text, size_t length, uint64_t *offset)
{
    char hash[JOURNAL_HASH + 1];
    size_t whole = JOURNAL_HASH + 1 + length + 1;
    if (!room_for(&journal->buffer, journal->used + whole, &journal->capacity, 1))
        return STATUS_NO_MEMORY;
    char *line = journal->buffer + journal->used, *copy = line + JOURNAL_HASH + 1;
    memcpy(copy, text, length);
    hash_line(journal->last, copy, length, hash);
    memcpy(line, hash, JOURNAL_HASH);
    line[JOURNAL_HASH] = ' ';
    copy[length] = '\n';
    if (offset)
        *offset = journal->end;
    memcpy(journal->last, hash, sizeof hash);
    journal->used += whole;
    journal->end += whole;
    return STATUS_OK;
}

enum status journal_append(struct journal *journal, const char *text, size_t length, uint64_t *offset)
{
    pthread_mutex_lock(&journal->lock);
    enum status status = append(journal, text, length, offset);
    journal->changed = true;
    pthread_mutex_unlock(&journal->lock);
    return status;
}

static enum status write_all(int descriptor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return STATUS_IO;
        bytes += written;
        length -= (size_t)written;
    }
    return STATUS_OK;
}

/* What was added so far is taken out, so that others can go on adding while it is written. */
enum status journal_flush(struct journal *journal)
{
    if (journal->failed) {
        errno = journal->failed;
        return STATUS_IO;
    }
    pthread_mutex_lock(&journal->lock);
    char *bytes = journal->buffer;
    size_t length = journal->used;
    journal->buffer = NULL;
    journal->used = journal->capacity = 0;
    journal->written = journal->end;
    journal->unsynced |= journal->changed;
    journal->changed = false;
    pthread_mutex_unlock(&journal->lock);
    enum status status = write_all(journal->descriptor, bytes, length);
    int reason = errno;
    if (status != STATUS_OK)
        journal->failed = reason ? reason : EIO;
    free(bytes);
    errno = reason;
    return status;
}

enum status journal_write(struct journal *journal, bool now)
{
    struct timespec time;
    enum status status = journal_flush(journal);
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    if (status != STATUS_OK || !journal->unsynced || (!now && time.tv_sec - journal->synced.tv_sec < SYNC_EVERY_S))
        return status;
    if (fdatasync(journal->descriptor) != 0) {
        journal->failed = errno ? errno : EIO;
        return STATUS_IO;
    }
    journal->synced = time;
    char text[MARK_SIZE];
    size_t length = make_mark(journal->written, text);
    pthread_mutex_lock(&journal->lock);
    status = append(journal, text, length, NULL);
    pthread_mutex_unlock(&journal->lock);
    journal->unsynced = false;
    /* The last mark has no later lines to be written with. */
    return status == STATUS_OK && now ? journal_flush(journal) : status;
}

enum status journal_line(int descriptor, uint64_t offset, char **line, size_t *capacity)
{
    size_t used = 0;
    for (;;) {
        if (*capacity - used < 1024) {
            size_t larger = *capacity ? 2 * *capacity : 4096;
            char *grown = realloc(*line, larger);
            if (!grown)
                return STATUS_NO_MEMORY;
            *line = grown;
            *capacity = larger;
        }
        ssize_t length = pread(descriptor, *line + used, *capacity - used, (off_t)(offset + used));
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0) {
            errno = length < 0 ? errno : 0;
            return STATUS_IO;
        }
        char *end = memchr(*line + used, '\n', (size_t)length);
        used += (size_t)length;
        if (!end)
            continue;
        *end = '\0';
        size_t whole = (size_t)(end - *line);
        if (whole < JOURNAL_HASH + 1) {
            errno = 0;
            return STATUS_IO;
        }
        memmove(*line, *line + JOURNAL_HASH + 1, whole - JOURNAL_HASH);
        return STATUS_OK;
    }
}
