/* card_export.h: study cards as files: lessons in Markdown, notes for Anki, one page of HTML. Each form writes a beginning, then for each
 * topic that has cards its introduction and its cards, and an end. */
#ifndef SLSIM_OUTPUT_CARD_EXPORT_H
#define SLSIM_OUTPUT_CARD_EXPORT_H

#include "experiment/card_run.h"
#include "output/page.h"
#include "scenario/card_set.h"

#include <stdio.h>

/* What is being written. */
struct card_export {
    FILE *out;
    struct page page; /* of HTML */
};

/* One card with the recorded result of its run. */
struct card_entry {
    const struct card *card;
    const struct card_outcome *outcome;
    const char *svg; /* its picture, drawn inline; NULL: there is none */
    size_t svg_length;
};

struct card_form {
    const char *name; /* "markdown" */
    bool pictures;    /* wants them */
    void (*begin)(struct card_export *file, const struct card_set *set);
    void (*topic)(struct card_export *file, const struct card_topic *topic);
    void (*card)(struct card_export *file, const struct card_entry *entry);
    void (*end)(struct card_export *file);
};

extern const struct card_form card_form_markdown, card_form_anki, card_form_html;

/* The picture of a run over time, named by the card; false where there is nothing to see. Give it to plot_fini then. */
bool card_plot(const struct card *card, const struct card_outcome *outcome, struct plot *plot);

#endif
