/* study_progress.c: what a reader of study cards knows. */
#include "command/study_progress.h"

#include "document/json.h"
#include "document/text_file.h"
#include "output/json_print.h"
#include "output/output_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT_MOST 1000000000.0 /* of anything: nobody answers more */

/* $XDG_STATE_HOME/slsim/study.json, else ~/.local/state/slsim/study.json. By the specification a relative folder counts as none. */
static char *file_path(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    char *path = NULL;
    int length = -1;
    if (state && state[0] == '/')
        length = asprintf(&path, "%s/slsim/study.json", state);
    else if (home && home[0] == '/')
        length = asprintf(&path, "%s/.local/state/slsim/study.json", home);
    return length < 0 ? NULL : path;
}

static double number_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static bool is_count(double number)
{
    return number >= 0 && number <= COUNT_MOST && floor(number) == number;
}

static bool is_progress(const cJSON *tree)
{
    const cJSON *cards = cJSON_GetObjectItemCaseSensitive(tree, "cards");
    if (number_of(tree, "version") != 1 || !is_count(number_of(tree, "quizzes")) || !cJSON_IsObject(cards))
        return false;
    for (const cJSON *card = cards->child; card; card = card->next) {
        double box = number_of(card, "box");
        if (!is_count(box) || box > STUDY_BOXES || !is_count(number_of(card, "quiz")) || !is_count(number_of(card, "right")) ||
            !is_count(number_of(card, "wrong")))
            return false;
    }
    return true;
}

/* A file that is there: its tree, or NULL after it was told of. */
static cJSON *read_file(const char *path, struct diagnostics *diagnostics)
{
    struct diagnostics unheard = {0}; /* one line is enough */
    struct places *places = NULL;
    cJSON *tree = NULL;
    if (places_new(&places) == STATUS_OK && json_read(path, places, &unheard, &tree, NULL, NULL) == STATUS_OK &&
        (unheard.error_count > 0 || !is_progress(tree))) {
        places_delete(places, tree);
        tree = NULL;
    }
    places_free(places);
    diagnostics_fini(&unheard);
    if (!tree)
        diagnose(diagnostics, SEVERITY_WARNING, (struct place){0}, NULL, "move it away to begin anew; until then nothing is kept",
                 "%s cannot be read as the progress of a reader: it is left as it is", path);
    return tree;
}

enum status study_progress_load(struct study_progress *progress, struct diagnostics *diagnostics)
{
    *progress = (struct study_progress){.path = file_path()};
    if (!progress->path)
        diagnose(diagnostics, SEVERITY_WARNING, (struct place){0}, NULL, "set XDG_STATE_HOME, or HOME",
                 "there is no folder for what you know: nothing is kept");
    if (progress->path && access(progress->path, F_OK) == 0) {
        progress->tree = read_file(progress->path, diagnostics);
        if (!progress->tree) {
            free(progress->path);
            progress->path = NULL;
        }
    }
    if (!progress->tree)
        progress->tree = cJSON_Parse("{\"version\": 1, \"quizzes\": 0, \"cards\": {}}");
    return progress->tree ? STATUS_OK : STATUS_NO_MEMORY;
}

void study_progress_fini(struct study_progress *progress)
{
    cJSON_Delete(progress->tree);
    free(progress->path);
    *progress = (struct study_progress){0};
}

static void set_number(struct study_progress *progress, cJSON *object, const char *key, double value)
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (item)
        (void)cJSON_SetNumberHelper(item, value);
    else
        progress->failed |= cJSON_AddNumberToObject(object, key, value) == NULL;
}

uint64_t study_progress_quizzes(const struct study_progress *progress)
{
    return (uint64_t)number_of(progress->tree, "quizzes");
}

uint64_t study_progress_begin(struct study_progress *progress)
{
    uint64_t number = study_progress_quizzes(progress) + 1;
    set_number(progress, progress->tree, "quizzes", (double)number);
    return number;
}

static const cJSON *card_of(const struct study_progress *progress, const char *id)
{
    return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(progress->tree, "cards"), id);
}

struct study_record study_progress_of(const struct study_progress *progress, const char *id)
{
    const cJSON *card = card_of(progress, id);
    return (struct study_record){.box = (unsigned)number_of(card, "box"),
                                 .quiz = (uint64_t)number_of(card, "quiz"),
                                 .right = (uint64_t)number_of(card, "right"),
                                 .wrong = (uint64_t)number_of(card, "wrong")};
}

bool study_record_due(const struct study_record *record, uint64_t quiz)
{
    return record->box == 0 || quiz >= record->quiz + (UINT64_C(1) << (record->box - 1));
}

void study_progress_note(struct study_progress *progress, const char *id, bool right)
{
    struct study_record record = study_progress_of(progress, id);
    cJSON *cards = cJSON_GetObjectItemCaseSensitive(progress->tree, "cards");
    cJSON *card = cJSON_GetObjectItemCaseSensitive(cards, id);
    if (!card)
        card = cJSON_AddObjectToObject(cards, id);
    unsigned next = record.box < STUDY_BOXES ? record.box + 1 : STUDY_BOXES;
    progress->failed |= card == NULL;
    if (!card)
        return;
    set_number(progress, card, "box", right ? next : 1);
    set_number(progress, card, "quiz", (double)study_progress_quizzes(progress));
    set_number(progress, card, "right", (double)(record.right + right));
    set_number(progress, card, "wrong", (double)(record.wrong + !right));
}

/* The folders above the file, for the reader alone, as the specification asks. */
static void make_folders(const char *path)
{
    char *copy = strdup(path);
    for (char *slash = copy ? strchr(copy + 1, '/') : NULL; slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(copy, 0700); /* what cannot be made is told of when the file cannot */
        *slash = '/';
    }
    free(copy);
}

enum status study_progress_save(const struct study_progress *progress, struct diagnostics *diagnostics)
{
    struct output_file output;
    if (progress->failed)
        return STATUS_NO_MEMORY;
    if (!progress->path)
        return STATUS_OK;
    make_folders(progress->path);
    enum status status = output_file_open(&output, progress->path, diagnostics);
    if (status != STATUS_OK)
        return status;
    json_print(output.file, progress->tree);
    status = output_file_commit(&output, diagnostics);
    output_file_fini(&output);
    return status;
}
