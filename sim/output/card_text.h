/* card_text.h: pieces of text that study cards are shown by, whatever they are shown in. */
#ifndef SLSIM_OUTPUT_CARD_TEXT_H
#define SLSIM_OUTPUT_CARD_TEXT_H

#include "engine/status.h"
#include "experiment/card_run.h"

#include <stddef.h>

/* A list of owned lines. */
struct card_lines {
    char **list;
    size_t count, capacity;
    bool failed;
};

/* The scenario in short, a line a resource, a source, a change: as its file has them. */
void card_set_up(const struct card *card, struct card_lines *lines);
void card_lines_fini(struct card_lines *lines);

/* "DVA, SAA" */
#define CARD_EXAMS_SIZE 32u
char *card_exams_text(uint32_t exams, char text[CARD_EXAMS_SIZE]);

/* "14, 15"; "" for none. */
#define CARD_STATEMENTS_SIZE 400u
char *card_statements_text(const struct card *card, char text[CARD_STATEMENTS_SIZE]);

/* "; statements " before several of them, "; statement " before one, "" before none. */
const char *card_statements_noun(const struct card *card);

/* The letter of a choice. */
static inline char card_letter(size_t choice)
{
    return (char)('A' + (int)choice);
}

/* "Jobs.VisibilityTimeout = 180, F.Timeout = 3" of a choice's settings; the caller frees; NULL when memory is out. */
char *card_settings_text(const struct card_choice *choice);

/* One thing that was predicted: a figure, or that something is said. */
struct card_prediction {
    const char *expected, *observed;
    bool holds;
};

size_t card_prediction_count(const struct card_outcome *outcome);
/* `figure` is room for what was observed. */
#define CARD_FIGURE_SIZE 64u
struct card_prediction card_prediction(const struct card_outcome *outcome, size_t index, char figure[CARD_FIGURE_SIZE]);

/* The next line of what was said of a template, from `*rest` (NULL: nothing was) on, which moves behind it; the caller frees. NULL: there
 * are no more, or memory is out. */
char *card_said_line(const char **rest);

/* "2,500" as observed, in the expectation's unit. */
char *card_observed(const struct verdict *verdict, char text[CARD_FIGURE_SIZE]);

/* A line over time that has something to show: its largest value; NaN where it is nothing but zero. */
double card_line_most(const struct card_line *line);

#endif
