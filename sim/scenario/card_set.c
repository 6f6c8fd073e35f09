/* card_set.c: all study cards. */
#include "scenario/card_set.h"

#include "document/suggest.h"
#include "scenario/books.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

char *card_set_folder(struct diagnostics *diagnostics)
{
    static const char *const beside[] = {"../scenarios/study", "study"}; /* in the source tree, and installed */
    const char *books = books_folder();
    for (size_t i = 0; books && i < sizeof beside / sizeof *beside; i++) {
        char *joined = path_join(books, beside[i]);
        char *path = joined ? realpath(joined, NULL) : NULL;
        free(joined);
        if (path && is_folder(path))
            return path;
        free(path);
    }
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "name a card by its file, as in slsim study show my/card.json",
             "the study cards are not there: no folder scenarios/study beside the books of rules");
    return NULL;
}

/* topics.csv: topic,title,introduction. */
static enum status read_topics(const char *folder, struct diagnostics *diagnostics, struct card_set *set)
{
    char *path = path_join(folder, "topics.csv");
    if (!path)
        return STATUS_NO_MEMORY;
    enum status status = csv_table_read(path, (struct place){.file = path}, diagnostics, &set->table);
    if (status == STATUS_OK) {
        const size_t columns[] = {csv_table_column(set->table, "topic"), csv_table_column(set->table, "title"),
                                  csv_table_column(set->table, "introduction")};
        set->topics = calloc(set->table->row_count + 1, sizeof *set->topics);
        for (size_t i = 0; set->topics && i < set->table->row_count; i++)
            set->topics[set->topic_count++] = (struct card_topic){.name = csv_table_field(set->table, i, columns[0]),
                                                                  .title = csv_table_field(set->table, i, columns[1]),
                                                                  .introduction = csv_table_field(set->table, i, columns[2])};
        status = set->topics ? STATUS_OK : STATUS_NO_MEMORY;
    }
    free(path);
    return status;
}

static int is_card(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

/* By bytes, whatever the locale. */
static int by_name(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

/* SIZE_MAX: no lesson has that name. */
static size_t topic_order(const struct card_set *set, const char *name)
{
    for (size_t i = 0; name && i < set->topic_count; i++)
        if (set->topics[i].name && strcmp(set->topics[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

static enum status add_card(struct card_set *set, const char *path, struct diagnostics *diagnostics)
{
    struct card *card;
    enum status status = card_load(path, diagnostics, &card);
    if (status != STATUS_OK)
        return status;
    if (!card_set_topic(set, card->topic, (struct place){.file = path}, diagnostics)) {
        card_free(card);
        return STATUS_INVALID;
    }
    /* Files come by name, so a card goes behind those of its own topic and of those before it. */
    size_t at = set->count++;
    for (; at > 0 && topic_order(set, set->cards[at - 1]->topic) > topic_order(set, card->topic); at--)
        set->cards[at] = set->cards[at - 1];
    set->cards[at] = card;
    return STATUS_OK;
}

static enum status read_cards(const char *folder, struct diagnostics *diagnostics, struct card_set *set)
{
    struct dirent **files = NULL;
    int count = scandir(folder, &files, is_card, by_name);
    enum status status = STATUS_OK;
    if (count < 0) {
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s: %s", folder, strerror(errno));
        return STATUS_IO;
    }
    struct card **cards = realloc(set->cards, (set->count + (size_t)count + 1) * sizeof(struct card *));
    if (cards)
        set->cards = cards;
    else
        status = STATUS_NO_MEMORY;
    for (int i = 0; i < count; i++) {
        char *path = cards && (size_t)i < CARD_SET_MOST ? path_join(folder, files[i]->d_name) : NULL;
        enum status added = path ? add_card(set, path, diagnostics) : STATUS_OK;
        status = added != STATUS_OK && status != STATUS_NO_MEMORY ? added : status;
        free(path);
        free(files[i]);
    }
    free(files);
    return status;
}

/* The templates that are refused or warned of are cards too, where they stand beside the others. */
static enum status read_checks(const char *folder, struct diagnostics *diagnostics, struct card_set *set)
{
    char *joined = path_join(folder, "../checks");
    char *path = joined ? realpath(joined, NULL) : NULL;
    enum status status = joined ? STATUS_OK : STATUS_NO_MEMORY;
    if (path && is_folder(path))
        status = read_cards(path, diagnostics, set);
    free(path);
    free(joined);
    return status;
}

enum status card_set_load(const char *folder, struct diagnostics *diagnostics, struct card_set *set)
{
    *set = (struct card_set){0};
    enum status status = read_topics(folder, diagnostics, set);
    if (status == STATUS_OK)
        status = read_cards(folder, diagnostics, set);
    enum status checks = status == STATUS_OK || status == STATUS_INVALID ? read_checks(folder, diagnostics, set) : status;
    return status == STATUS_OK ? checks : status;
}

void card_set_fini(struct card_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        card_free(set->cards[i]);
    free(set->cards);
    free(set->topics);
    csv_table_free(set->table);
    *set = (struct card_set){0};
}

/* Says that there is no `what` of that name among `count` names, which are let go of. */
static void none_of(struct place place, const char *what, const char *name, const char **names, size_t count, const char *command,
                    struct diagnostics *diagnostics)
{
    const char *near = names ? suggest(name, names, count) : NULL;
    char hint[160];
    if (near)
        snprintf(hint, sizeof hint, "did you mean \"%.100s\"?", near);
    else
        snprintf(hint, sizeof hint, "%s lists them", command);
    diagnose(diagnostics, SEVERITY_ERROR, place, NULL, hint, "there is no %s \"%.100s\"", what, name);
    free(names);
}

const struct card *card_set_find(const struct card_set *set, const char *id, struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->cards[i]->id, id) == 0)
            return set->cards[i];
    const char **names = calloc(set->count + 1, sizeof *names);
    for (size_t i = 0; names && i < set->count; i++)
        names[i] = set->cards[i]->id;
    none_of((struct place){0}, "study card", id, names, set->count, "slsim study list", diagnostics);
    return NULL;
}

const struct card_topic *card_set_topic(const struct card_set *set, const char *name, struct place place, struct diagnostics *diagnostics)
{
    size_t found = topic_order(set, name);
    if (found != SIZE_MAX)
        return &set->topics[found];
    const char **names = calloc(set->topic_count + 1, sizeof *names);
    for (size_t i = 0; names && i < set->topic_count; i++)
        names[i] = set->topics[i].name;
    none_of(place, "topic", name, names, set->topic_count, "the first column of study/topics.csv", diagnostics);
    return NULL;
}

bool card_set_has(const struct card_set *set, const struct card_topic *topic)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->cards[i]->topic, topic->name) == 0)
            return true;
    return false;
}

void card_set_keep(struct card_set *set, const char *topic, uint32_t exams)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++) {
        struct card *card = set->cards[i];
        if ((!topic || strcmp(card->topic, topic) == 0) && (exams == 0 || (card->exams & exams) != 0))
            set->cards[kept++] = card;
        else
            card_free(card);
    }
    set->count = kept;
}
