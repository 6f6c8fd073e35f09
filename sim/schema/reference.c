/* reference.c: the reference page of the models, as Markdown, from the property and metric tables. */
#include "measure/bill.h"
#include "measure/metric.h"
#include "notation/property_parse.h"
#include "notation/retry_parse.h"
#include "schema/markdown.h"
#include "schema/schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Both books, since limits and defaults differ. */
struct books {
    const struct rule_book *current, *course;
};

void markdown_cell(FILE *out, const char *text)
{
    for (; text && *text; text++) {
        if (*text == '|')
            fputs("\\|", out);
        else
            fputc(*text == '\n' ? ' ' : *text, out);
    }
}

const char *property_kind_name(const struct property *property)
{
    static const char *const names[] = {
        [PROPERTY_INTEGER] = "whole number",
        [PROPERTY_NUMBER] = "number",
        [PROPERTY_BOOLEAN] = "true or false",
        [PROPERTY_STRING] = "text",
        [PROPERTY_ENUM] = "one of",
        [PROPERTY_TIME] = "time",
        [PROPERTY_SIZE] = "size",
        [PROPERTY_RATE] = "rate",
        [PROPERTY_PROBABILITY] = "probability",
        [PROPERTY_TIME_DISTRIBUTION] = "distribution of times",
        [PROPERTY_SIZE_DISTRIBUTION] = "distribution of sizes",
        [PROPERTY_COUNT_DISTRIBUTION] = "distribution of counts",
        [PROPERTY_LIFETIME] = "distribution of times, `\"forever\"` or `{\"halving\": time}`",
        [PROPERTY_STEPS] = "steps",
        [PROPERTY_ARRIVAL] = "arrival process",
        [PROPERTY_REFERENCE] = "a resource",
        [PROPERTY_OBJECT] = "object",
        [PROPERTY_ACCEPTED] = "anything",
        [PROPERTY_ENUM_LIST] = "a list of one of",
        [PROPERTY_FLAGS] = "a list of some of",
        [PROPERTY_LIST] = "list of objects",
        [PROPERTY_MAP] = "objects by name",
        [PROPERTY_STRINGS] = "list of texts",
        [PROPERTY_KEY] = "`{\"uniform\": count}`, `{\"zipf\": {\"count\", \"exponent\"}}` or a constant",
        [PROPERTY_JSON] = "anything",
        [PROPERTY_PATTERN] = "an event pattern: an object, or a text that spells one",
        [PROPERTY_WORKFLOW] = "a state machine in the States Language: an object, or a text that spells one",
        [PROPERTY_CONTENT] = "a value, or `[{\"weight\": 9, \"of\": ...}, ...]`",
    };
    size_t kind = (size_t)property->kind;
    if (property->kind == PROPERTY_WORKFLOW && property->outside)
        return "the path of a file";
    return kind < sizeof names / sizeof *names && names[kind] ? names[kind] : "";
}

static void write_limits_of(FILE *out, const struct property *property, const struct rule_book *rules)
{
    double low = 0, high = 0, step = 0;
    bool has_low = property_limit(rules, property, property->minimum, &low);
    bool has_high = property_limit(rules, property, property->maximum, &high);
    if (has_low && has_high)
        fprintf(out, "%.15g to %.15g", low, high);
    else if (has_low)
        fprintf(out, "at least %.15g", low);
    else if (has_high)
        fprintf(out, "at most %.15g", high);
    if (property_limit(rules, property, property->step, &step) && step != 1)
        fprintf(out, "%sin steps of %.15g", has_low || has_high ? ", " : "", step);
}

static void write_default_of(FILE *out, const struct property *property, const struct rule_book *rules)
{
    const struct rule *rule = property->fallback && rules ? rule_find(rules, property->fallback) : NULL;
    double value = 0;
    if (!property->fallback)
        return;
    if (!rule && property_default_is_none(rules, property))
        fputs("none", out);
    else if (!rule)
        fprintf(out, "`%s`", property->fallback);
    else if (rule->text)
        fprintf(out, "`\"%s\"`", rule->text);
    else if (rule->distribution)
        fprintf(out, "rule `%s`", rule->name);
    else if (property_limit(rules, property, property->fallback, &value))
        fprintf(out, "%.15g", value);
}

/* By the current book; the other's behind it where it differs. */
static void write_both(FILE *out, const struct property *property, const struct books *books,
                       void (*write)(FILE *out, const struct property *property, const struct rule_book *rules))
{
    char texts[2][200] = {"", ""};
    const struct rule_book *rules[2] = {books->current, books->course};
    for (size_t i = 0; i < 2; i++) {
        FILE *memory = rules[i] ? fmemopen(texts[i], sizeof texts[i] - 1, "w") : NULL;
        if (!memory)
            continue;
        write(memory, property, rules[i]);
        fclose(memory);
    }
    markdown_cell(out, texts[0]);
    if (books->course && strcmp(texts[0], texts[1]) != 0) {
        fputs(" (course: ", out);
        markdown_cell(out, texts[1]);
        fputs(")", out);
    }
}

/* One row, and those of an object's own properties. */
static void write_row(FILE *out, const struct property *property, const char *prefix, const struct books *books)
{
    char inner[200];
    struct property spelled = retry_spelling;
    if (property->kind == PROPERTY_RETRY) {
        spelled.name = property->name;
        spelled.help = property->help;
        property = &spelled;
    }
    bool itself = strcmp(property->name, PROPERTY_ITSELF) == 0 && prefix[0]; /* the element that the prefix ends with, and its dot */
    fprintf(out, "| `%.*s%s` | %s", (int)(strlen(prefix) - itself), prefix, itself ? "" : property->name, property_kind_name(property));
    for (size_t i = 0; property->choices && property->choices[i]; i++)
        fprintf(out, "%s`%s`", i == 0 ? " " : ", ", property->choices[i]);
    fputs(property->kind == PROPERTY_ENUM && property->properties ? ", or an object" : "", out);
    fprintf(out, " | %s | ",
            property->unit && property->kind != PROPERTY_PATTERN && property->kind != PROPERTY_WORKFLOW &&
                    property->kind != PROPERTY_ARRIVAL
                ? property->unit
                : "");
    write_both(out, property, books, write_limits_of);
    fputs(" | ", out);
    if (property->required)
        fputs("required", out);
    else
        write_both(out, property, books, write_default_of);
    fputs(" | ", out);
    markdown_cell(out, property->help);
    fputs(" |\n", out);
    const char *element = property->kind == PROPERTY_LIST ? "[]" : property->kind == PROPERTY_MAP ? ".*" : "";
    snprintf(inner, sizeof inner, "%s%s%s.", prefix, property->name, element);
    struct property_walk walk;
    for (const struct property *below = property_first(&walk, property->properties); below; below = property_next(&walk))
        if (below->kind != PROPERTY_LATER)
            write_row(out, below, inner, books);
}

/* A line with the names of all properties of one kind; nothing where there are none. */
static void write_names_of(FILE *out, const struct property *table, enum property_kind kind, const char *intro)
{
    struct property_walk walk;
    const char *glue = intro;
    for (const struct property *property = property_first(&walk, table); property; property = property_next(&walk)) {
        if (property->kind != kind)
            continue;
        fprintf(out, "%s`%s`", glue, property->name);
        glue = ", ";
    }
    fputs(glue == intro ? "" : ".\n\n", out);
}

void markdown_properties(FILE *out, const struct property *table, const struct rule_book *current, const struct rule_book *course)
{
    const struct books books = {current, course};
    struct property_walk walk;
    fputs("| key | type | unit of a bare number | limits | default | |\n| --- | --- | --- | --- | --- | --- |\n", out);
    for (const struct property *property = property_first(&walk, table); property; property = property_next(&walk))
        if (property->kind != PROPERTY_ACCEPTED && property->kind != PROPERTY_LATER)
            write_row(out, property, "", &books);
    fputs("\n", out);
    write_names_of(out, table, PROPERTY_ACCEPTED, "Accepted, without effect on the simulation: ");
    write_names_of(out, table, PROPERTY_LATER, "Not modelled yet, and refused: ");
}

/* The names of what `changes` may set, of a table and the objects in it. */
static size_t write_live(FILE *out, const struct property *table, const char *prefix, size_t count)
{
    struct property_walk walk;
    for (const struct property *row = property_first(&walk, table); row; row = property_next(&walk)) {
        char inner[200];
        snprintf(inner, sizeof inner, "%s%s.", prefix, row->name);
        if (row->live)
            fprintf(out, "%s`%s%s`", count++ == 0 ? "Can be set while it runs: " : ", ", prefix, row->name);
        else if (row->kind == PROPERTY_OBJECT)
            count = write_live(out, row->properties, inner, count);
    }
    return count;
}

/* What `changes` can do with it. */
static void write_actions(FILE *out, const struct model_type *model, const struct books *books)
{
    size_t count = write_live(out, model->properties, "", 0);
    count = write_live(out, model->behavior, "behavior.", count);
    fputs(count > 0 ? ".\n\n" : "", out);
    if (!model->actions || !model->actions->verb)
        return;
    fputs("In `changes`:\n\n| entry | |\n| --- | --- |\n", out);
    for (const struct action *action = model->actions; action->verb; action++) {
        fprintf(out, "| `{\"at\", %s\"%s\"", action->end ? "\"for\", " : "", action->verb);
        if (action->kind)
            fprintf(out, ", \"kind\": \"%s\"", action->kind);
        struct property_walk walk;
        for (const struct property *row = property_first(&walk, action->properties); row; row = property_next(&walk))
            fprintf(out, ", \"%s\"", row->name);
        fputs("}` | ", out);
        markdown_cell(out, action->help);
        fputs(" |\n", out);
    }
    fputs("\n", out);
    for (const struct action *action = model->actions; action->verb; action++)
        if (action->properties) {
            fprintf(out, "Keys of \"%s\":\n\n", action->kind ? action->kind : action->verb);
            markdown_properties(out, action->properties, books->current, books->course);
        }
}

static void write_metrics(FILE *out, const struct model_type *model)
{
    if (!model->metrics || !model->metrics->name)
        return;
    fputs("| namespace | metric | unit | |\n| --- | --- | --- | --- |\n", out);
    for (const struct metric_type *metric = model->metrics; metric->name; metric++) {
        if (!metric->name_space) /* the model's own means */
            continue;
        fprintf(out, "| `%s` | `%s` | %s | ", metric->name_space, metric->name, metric->unit);
        markdown_cell(out, metric->help);
        fputs(" |\n", out);
    }
    fputs("\n", out);
}

static void write_line_items(FILE *out, const struct model_type *model)
{
    if (!model->line_items || !model->line_items->usage_type)
        return;
    fprintf(out, "On the bill, under %s:\n\n| usage type | |\n| --- | --- |\n", model->service ? model->service : "its service");
    for (const struct line_item *item = model->line_items; item->usage_type; item++) {
        fprintf(out, "| `%s` | ", item->usage_type);
        markdown_cell(out, item->help);
        fputs(" |\n", out);
    }
    fputs("\n", out);
}

/* Two types may share a table: then it is written once. */
static bool written_before(FILE *out, const struct model_registry *registry, const struct model_type *model)
{
    for (const struct model_type *const *before = registry->resources; before && *before && *before != model; before++) {
        if (!model->behavior || (*before)->behavior != model->behavior || (*before)->metrics != model->metrics)
            continue;
        fprintf(out, "`behavior`, metrics and line items: as %s.\n\n", (*before)->type);
        return true;
    }
    return false;
}

static void write_model(FILE *out, const struct model_registry *registry, const struct model_type *model, const char *title,
                        const struct books *books)
{
    fprintf(out, "## %s\n\n%s\n\n", title, model->help ? model->help : "");
    if (property_count(model->properties) > 0) {
        fputs("Properties:\n\n", out);
        markdown_properties(out, model->properties, books->current, books->course);
    }
    if (written_before(out, registry, model))
        return;
    if (property_count(model->behavior) > 0) {
        fputs("`behavior`:\n\n", out);
        markdown_properties(out, model->behavior, books->current, books->course);
    }
    if (model->metrics && model->metrics->name)
        fputs("Metrics:\n\n", out);
    write_metrics(out, model);
    if (model->inner) {
        fprintf(out,
                model->inner->name_of ? "Metrics of each part, `NAME/` and the name of the %s. "
                                      : "Metrics of each part, `NAME/%s-0` and on. ",
                model->inner->name);
        fprintf(out, "%s\n\n", model->inner->type->help);
        write_metrics(out, model->inner->type);
    }
    write_line_items(out, model);
    write_actions(out, model, books);
}

enum status reference_models(const struct model_registry *registry, const struct rule_book *current, const struct rule_book *course,
                             FILE *out)
{
    const struct books books = {current, course};
    fputs(
        "# Resources that can be simulated\n\n"
        "Made from the models' own tables. Limits and defaults are those of the book `current`; where the book `course` has others, they\n"
        "stand behind. A bare number has the unit of its column; where there is none, a time, a rate or a size must say its own.\n\n",
        out);
    for (const struct model_type *const *model = registry->resources; model && *model; model++)
        write_model(out, registry, *model, (*model)->type, &books);
    write_model(out, registry, registry->account, "`account`", &books);
    write_model(out, registry, registry->source, "`traffic`: a source", &books);
    return fflush(out) == 0 && !ferror(out) ? STATUS_OK : STATUS_IO;
}
