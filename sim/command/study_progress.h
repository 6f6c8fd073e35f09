/* study_progress.h: what a reader of study cards knows: a Leitner box a card, kept under the XDG state folder between quizzes. A right
 * answer moves a card one box up, a wrong one back into the first; a card of box b comes again 2^(b-1) quizzes later. */
#ifndef SLSIM_COMMAND_STUDY_PROGRESS_H
#define SLSIM_COMMAND_STUDY_PROGRESS_H

#include "document/diagnostics.h"
#include "engine/status.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STUDY_BOXES 5u

struct study_progress {
    char *path;  /* owned; NULL: nothing is kept */
    cJSON *tree; /* owned: {"version": 1, "quizzes": N, "cards": {"sqs-01": {"box", "quiz", "right", "wrong"}}}; others' keys stay */
    bool failed; /* memory ran out */
};

/* What is known of one card. */
struct study_record {
    unsigned box; /* 1 to STUDY_BOXES; 0: it was never asked */
    uint64_t quiz, right, wrong;
};

/* Reads the file, which need not be there. A file that is no progress is told of, and left as it is: then nothing is kept. */
enum status study_progress_load(struct study_progress *progress, struct diagnostics *diagnostics);
void study_progress_fini(struct study_progress *progress);

uint64_t study_progress_quizzes(const struct study_progress *progress);
/* A quiz begins: the number that it has, from 1. */
uint64_t study_progress_begin(struct study_progress *progress);
struct study_record study_progress_of(const struct study_progress *progress, const char *id);
/* Is it to be asked again in the quiz of that number? */
bool study_record_due(const struct study_record *record, uint64_t quiz);
void study_progress_note(struct study_progress *progress, const char *id, bool right);
/* Writes the file beside its name and renames it. STATUS_OK too where nothing is kept. */
enum status study_progress_save(const struct study_progress *progress, struct diagnostics *diagnostics);

#endif
