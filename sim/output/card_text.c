/* card_text.c: pieces of text that study cards are shown by. */
#include "output/card_text.h"

#include "document/units.h"
#include "measure/metric.h"
#include "output/figure_text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MOST 60u  /* a card that needs more is no card */
#define VALUE_MOST 400u /* characters of a line: what is longer is cut */

static void add_line(struct card_lines *lines, char *line)
{
    if (lines->count == lines->capacity) {
        size_t capacity = lines->capacity ? 2 * lines->capacity : 16;
        char **list = realloc(lines->list, capacity * sizeof *list);
        if (list) {
            lines->list = list;
            lines->capacity = capacity;
        }
    }
    if (!line || lines->count == lines->capacity || lines->count == LINES_MOST) {
        lines->failed |= lines->count != LINES_MOST;
        free(line);
        return;
    }
    lines->list[lines->count++] = line;
}

/* JSON with a blank behind each colon and comma between members, and its quotes around names left out: as a person writes it down. */
static void add_value(FILE *out, const cJSON *value)
{
    if (!cJSON_IsObject(value) && !cJSON_IsArray(value)) {
        char *text = cJSON_IsString(value) ? NULL : cJSON_PrintUnformatted(value);
        (void)fputs(text ? text : cJSON_IsString(value) ? value->valuestring : "", out);
        cJSON_free(text);
        return;
    }
    (void)fputs(cJSON_IsObject(value) ? "{" : "[", out);
    for (const cJSON *item = value->child; item; item = item->next) {
        if (item->string)
            (void)fprintf(out, "%s: ", item->string);
        add_value(out, item);
        (void)fputs(item->next ? ", " : "", out);
    }
    (void)fputs(cJSON_IsObject(value) ? "}" : "]", out);
}

/* "HEAD MEMBERS", without the members that `skip` names. */
static char *members_line(const char *head, const cJSON *object, const char *const *skip)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    (void)fputs(head, out);
    const char *glue = ": ";
    for (const cJSON *item = object ? object->child : NULL; item; item = item->next) {
        bool skipped = false;
        for (const char *const *name = skip; name && *name; name++)
            skipped |= item->string && strcmp(item->string, *name) == 0;
        if (skipped)
            continue;
        (void)fputs(glue, out);
        if (item->string)
            (void)fprintf(out, "%s ", item->string);
        add_value(out, item);
        glue = ", ";
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    if (size > VALUE_MOST)
        strcpy(text + VALUE_MOST - 4, " ...");
    return text;
}

static const char *member_text(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

/* Each member of an object of objects. */
static void add_members(struct card_lines *lines, const cJSON *tree, const char *key, const char *format)
{
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(tree, key);
    for (const cJSON *item = cJSON_IsObject(object) ? object->child : NULL; item; item = item->next) {
        char *head = NULL;
        if (asprintf(&head, format, item->string, member_text(item, "Type")) < 0)
            head = NULL;
        bool typed = *member_text(item, "Type") != '\0';
        add_line(lines, head ? members_line(head, typed ? cJSON_GetObjectItemCaseSensitive(item, "Properties") : item, NULL) : NULL);
        free(head);
    }
}

static void add_elements(struct card_lines *lines, const cJSON *tree, const char *key, const char *head, const char *const *skip)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, key);
    for (const cJSON *item = cJSON_IsArray(list) ? list->child : NULL; item; item = item->next) {
        const char *name = member_text(item, "name");
        char *text = NULL;
        if (asprintf(&text, "%s%s%s", head, *name ? " " : "", name) < 0)
            text = NULL;
        add_line(lines, text ? members_line(text, item, skip) : NULL);
        free(text);
    }
}

void card_set_up(const struct card *card, struct card_lines *lines)
{
    static const char *const named[] = {"name", NULL};
    static const char *const scalars[] = {"account", NULL};
    const cJSON *tree = card->document->tree;
    *lines = (struct card_lines){0};
    add_members(lines, tree, "Resources", "%s, %s");
    add_members(lines, tree, "behavior", "behavior of %s%s");
    add_elements(lines, tree, "traffic", "traffic", named);
    add_elements(lines, tree, "changes", "change", NULL);
    for (const char *const *key = scalars; *key; key++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, *key);
        if (item)
            add_line(lines, members_line(*key, item, NULL));
    }
    char *time = NULL;
    const char *drain = member_text(tree, "drain");
    if (asprintf(&time, "duration: %s%s%s", member_text(tree, "duration"), *drain ? ", drain: " : "", drain) < 0)
        time = NULL;
    add_line(lines, time);
}

void card_lines_fini(struct card_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->list[i]);
    free(lines->list);
    *lines = (struct card_lines){0};
}

char *card_exams_text(uint32_t exams, char text[CARD_EXAMS_SIZE])
{
    char *end = text;
    *end = '\0';
    for (size_t i = 0; card_exams[i]; i++) {
        if (!(exams & (UINT32_C(1) << i)))
            continue;
        end += snprintf(end, (size_t)(text + CARD_EXAMS_SIZE - end), "%s", end == text ? "" : ", ");
        for (const char *letter = card_exams[i]; *letter; letter++)
            *end++ = (char)toupper((unsigned char)*letter);
        *end = '\0';
    }
    return text;
}

char *card_statements_text(const struct card *card, char text[CARD_STATEMENTS_SIZE])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < card->statement_count && used + 8 < CARD_STATEMENTS_SIZE; i++)
        used += (size_t)snprintf(text + used, CARD_STATEMENTS_SIZE - used, "%s%u", i == 0 ? "" : ", ", card->statements[i]);
    return text;
}

const char *card_statements_noun(const struct card *card)
{
    return card->statement_count > 1 ? "; statements " : card->statement_count == 1 ? "; statement " : "";
}

char *card_settings_text(const struct card_choice *choice)
{
    char *text = NULL;
    size_t size = 0;
    cJSON *object = choice->set ? cJSON_Parse(choice->set) : NULL;
    FILE *out = open_memstream(&text, &size);
    for (const cJSON *item = object && out ? object->child : NULL; item; item = item->next) {
        (void)fprintf(out, "%s = ", item->string ? item->string : "");
        add_value(out, item);
        (void)fputs(item->next ? ", " : "", out);
    }
    cJSON_Delete(object);
    if (out && fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

char *card_observed(const struct verdict *verdict, char text[CARD_FIGURE_SIZE])
{
    _Static_assert(CARD_FIGURE_SIZE >= FIGURE_TEXT_SIZE, "room for a figure");
    double unit_ns = metric_time_unit_ns(verdict->unit);
    if (unit_ns > 0 && !isnan(verdict->observed)) /* in the unit that suits it, as predictions are written */
        return units_format_time(verdict->observed * unit_ns, text, CARD_FIGURE_SIZE);
    return figure_text_precise(verdict->observed, verdict->unit, text);
}

size_t card_prediction_count(const struct card_outcome *outcome)
{
    return outcome->message_count + outcome->verdicts.count;
}

struct card_prediction card_prediction(const struct card_outcome *outcome, size_t index, char figure[CARD_FIGURE_SIZE])
{
    if (index < outcome->message_count) {
        const struct card_message *message = &outcome->messages[index];
        return (struct card_prediction){message->expected, message->told ? "so it is" : "it is not", message->told};
    }
    const struct verdict *verdict = &outcome->verdicts.list[index - outcome->message_count];
    return (struct card_prediction){verdict->expectation->text, card_observed(verdict, figure), verdict->holds};
}

char *card_said_line(const char **rest)
{
    size_t length = *rest ? strcspn(*rest, "\n") : 0;
    char *line = length > 0 ? strndup(*rest, length) : NULL;
    if (length > 0)
        *rest += length + ((*rest)[length] == '\n');
    return line;
}

double card_line_most(const struct card_line *line)
{
    double most = NAN;
    for (size_t i = 0; i < line->count; i++)
        if (!isnan(line->values[i]) && !(most >= line->values[i]))
            most = line->values[i];
    return most > 0 ? most : NAN;
}
