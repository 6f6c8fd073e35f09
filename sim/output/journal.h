/* journal.h: a file of lines that grows while work is done, and survives whatever ends the program. Each line begins with a hash of itself
 * and of the line before: a line that was cut short is known, and so is one that was changed, taken out or put in. */
#ifndef SLSIM_OUTPUT_JOURNAL_H
#define SLSIM_OUTPUT_JOURNAL_H

#include "engine/status.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define JOURNAL_HASH 16u /* digits: 64 bits of SHA-256 */

struct journal {
    int descriptor;       /* borrowed; open for reading and writing */
    pthread_mutex_t lock; /* of what is added */
    char last[JOURNAL_HASH + 1];
    uint64_t end; /* of what was added, written or not */
    char *buffer; /* owned: what is not written yet */
    size_t used, capacity;
    bool changed;     /* something was added since it was last written */
    uint64_t written; /* up to there it was given to the system */
    bool unsynced;    /* ... some of it since it was last known to be on the disk */
    int failed;       /* errno of a write that failed, and may have left half a line: nothing goes behind it; 0: none did */
    struct timespec synced;
};

enum journal_state {
    JOURNAL_WHOLE,
    JOURNAL_TORN,   /* lines at the end that were not known to be on the disk are cut off: they do not count */
    JOURNAL_DAMAGED /* a line that was on the disk is not what it was: *bad_line says which */
};

/* Hears of each line in order: its offset, and its text without hash and line feed. The text may be written into. False ends the reading:
 * the line is no line of this kind. */
typedef bool journal_reader(void *context, uint64_t offset, char *text);

/* Reads the file from its start and makes ready for appending behind its last good line, where it cuts the file off, if it may (`append`).
 * STATUS_IO with errno; STATUS_NO_MEMORY. To be given to journal_fini whatever comes back. */
enum status journal_open(struct journal *journal, int descriptor, bool append, journal_reader *reader, void *context,
                         enum journal_state *state, size_t *bad_line);
void journal_fini(struct journal *journal);

/* Adds a line (no line feed in it); its offset (may be NULL). From any thread. STATUS_NO_MEMORY. */
enum status journal_append(struct journal *journal, const char *text, size_t length, uint64_t *offset);
/* Writes what was added, and about once a second has it on the disk (`now`: at once). From one thread; others may add meanwhile. STATUS_IO
 * with errno, from then on always: what is added after a failure is not kept. */
enum status journal_write(struct journal *journal, bool now);

/* Writes what was added, and no more. From one thread. */
enum status journal_flush(struct journal *journal);

/* The text of the line at `offset`, in *line, which is grown as needed (getline's way; the caller frees). STATUS_IO with errno, 0 where no
 * line is there. */
enum status journal_line(int descriptor, uint64_t offset, char **line, size_t *capacity);

#endif
