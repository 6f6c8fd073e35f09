/* study_export.c: slsim study export markdown|anki|html: all cards, run, in one file. */
#include "command/study.h"
#include "document/suggest.h"
#include "output/card_export.h"
#include "output/output_file.h"
#include "output/result_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct card_form *const forms[] = {&card_form_markdown, &card_form_anki, &card_form_html};

#define FORM_COUNT (sizeof forms / sizeof *forms)

static const struct card_form *find_form(const char *word, struct diagnostics *diagnostics)
{
    const char *names[FORM_COUNT];
    char hint[64] = "markdown, anki or html";
    for (size_t i = 0; i < FORM_COUNT; i++) {
        if (strcmp(forms[i]->name, word) == 0)
            return forms[i];
        names[i] = forms[i]->name;
    }
    const char *near = suggest(word, names, FORM_COUNT);
    if (near)
        (void)snprintf(hint, sizeof hint, "did you mean %s?", near);
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "study export does not know the form \"%.100s\"", word);
    return NULL;
}

/* All cards' runs, and their pictures. */
struct lessons {
    struct card_outcome *outcomes;
    struct plot *plots;       /* of those cards that have one, in order */
    size_t *plot_of;          /* a card's plot; SIZE_MAX: none */
    struct drawing *drawings; /* one a plot */
    size_t plot_count, count;
};

static enum status run_all(const struct study_call *call, const struct card_set *set, bool pictures, struct lessons *lessons)
{
    *lessons = (struct lessons){.outcomes = calloc(set->count + 1, sizeof *lessons->outcomes),
                                .plots = calloc(set->count + 1, sizeof *lessons->plots),
                                .plot_of = calloc(set->count + 1, sizeof *lessons->plot_of),
                                .drawings = calloc(set->count + 1, sizeof *lessons->drawings)};
    if (!lessons->outcomes || !lessons->plots || !lessons->plot_of || !lessons->drawings)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < set->count; i++) {
        enum status status = study_run(call, set->cards[i], CARD_ITSELF, 0, &lessons->outcomes[i]);
        lessons->count = i + 1;
        if (status != STATUS_OK && status != STATUS_UNMET)
            return status;
        bool drawn = pictures && card_plot(set->cards[i], &lessons->outcomes[i], &lessons->plots[lessons->plot_count]);
        lessons->plot_of[i] = drawn ? lessons->plot_count++ : SIZE_MAX;
    }
    return STATUS_OK;
}

static void free_lessons(struct lessons *lessons)
{
    for (size_t i = 0; i < lessons->count; i++)
        card_outcome_fini(&lessons->outcomes[i]);
    for (size_t i = 0; i < lessons->plot_count; i++) {
        plot_fini(&lessons->plots[i]);
        free(lessons->drawings[i].svg);
    }
    free(lessons->outcomes);
    free(lessons->plots);
    free(lessons->plot_of);
    free(lessons->drawings);
}

/* Draws in a folder of its own that is gone afterwards: the page holds its pictures. */
static enum status draw(struct lessons *lessons, struct diagnostics *diagnostics)
{
    const char *root = getenv("TMPDIR");
    char *path = NULL;
    if (lessons->plot_count == 0)
        return STATUS_OK;
    if (asprintf(&path, "%s/slsim-study-XXXXXX", root && *root ? root : "/tmp") < 0)
        return STATUS_NO_MEMORY;
    int folder = mkdtemp(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    enum status status = STATUS_IO;
    if (folder >= 0)
        status = report_draw(folder, path, lessons->plots, lessons->plot_count, false, lessons->drawings, diagnostics);
    else
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s: %s", path, strerror(errno));
    if (folder >= 0) {
        (void)close(folder);
        (void)result_folder_remove(AT_FDCWD, path);
    }
    free(path);
    return status;
}

static void write_all(const struct card_form *form, const struct card_set *set, const struct lessons *lessons, FILE *out)
{
    struct card_export file = {.out = out};
    const char *topic = "";
    struct diagnostics unheard = {0}; /* cards have topics that there are */
    form->begin(&file, set);
    for (size_t i = 0; i < set->count; i++) {
        const struct card *card = set->cards[i];
        size_t plot = lessons->plot_of[i];
        const struct card_entry entry = {.card = card,
                                         .outcome = &lessons->outcomes[i],
                                         .svg = plot == SIZE_MAX ? NULL : lessons->drawings[plot].svg,
                                         .svg_length = plot == SIZE_MAX ? 0 : lessons->drawings[plot].length};
        if (strcmp(topic, card->topic) != 0)
            form->topic(&file, card_set_topic(set, card->topic, (struct place){0}, &unheard));
        topic = card->topic;
        form->card(&file, &entry);
    }
    form->end(&file);
    diagnostics_fini(&unheard);
}

static enum status write_file(const struct options *options, const struct card_form *form, const struct card_set *set,
                              const struct lessons *lessons, struct diagnostics *diagnostics)
{
    struct output_file output;
    if (!options->output) {
        write_all(form, set, lessons, stdout);
        return STATUS_OK;
    }
    enum status status = output_file_open(&output, options->output, diagnostics);
    if (status != STATUS_OK)
        return status;
    write_all(form, set, lessons, output.file);
    status = output_file_commit(&output, diagnostics);
    output_file_fini(&output);
    return status;
}

int study_export(const struct study_call *call)
{
    struct diagnostics diagnostics = {0};
    struct card_set set = {0};
    struct lessons lessons = {0};
    const struct card_form *form = find_form(call->argument_count > 0 ? call->arguments[0] : "markdown", &diagnostics);
    enum status status = form ? study_cards(call, &set) : STATUS_INVALID;
    if (status == STATUS_OK)
        status = run_all(call, &set, form->pictures, &lessons);
    if (status == STATUS_OK)
        status = draw(&lessons, &diagnostics);
    if (status == STATUS_OK)
        status = write_file(call->options, form, &set, &lessons, &diagnostics);
    session_report(&diagnostics, call->options);
    if (status == STATUS_NO_MEMORY)
        (void)session_report_status(status, "study");
    free_lessons(&lessons);
    card_set_fini(&set);
    enum status flushed = session_flush();
    return status_exit_code(status != STATUS_OK ? status : flushed);
}
