/* rules_command.c: slsim rules [NAME...], slsim rules diff A B [NAME...] */
#include "command/book_loading.h"
#include "command/session.h"
#include "document/suggest.h"
#include "output/json_print.h"
#include "output/rule_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_SIZE 256u
/* What a screen has room for; the other formats have all columns. */
#define NARROW_LIST 6u
#define NARROW_DIFF 4u

static const struct table_column rule_columns[] = {
    {"rule", false},   {"value", true},       {"unit", false}, {"confidence", false}, {"date", false},
    {"source", false}, {"assumption", false}, {"low", true},   {"high", true},        {"note", false},
};

static bool is_narrow(const struct options *options)
{
    return options->format == FORMAT_TABLE && !option_given(options, OPTION_VERBOSE);
}

static void value_cell(struct table *table, const struct rule *rule)
{
    char text[VALUE_SIZE];
    if (!rule) {
        table_text(table, "");
    } else if (rule->distribution || rule->text) {
        rule_value_text(rule, text, sizeof text);
        table_text(table, text);
    } else {
        table_number(table, rule->number);
    }
}

static void add_rule(struct table *table, const struct rule *rule)
{
    table_text(table, rule->name);
    value_cell(table, rule);
    table_text(table, rule->unit);
    table_text(table, rule->confidence);
    table_text(table, rule->date);
    table_text(table, rule->source);
    if (table->column_count == NARROW_LIST)
        return;
    table_text(table, rule->assumption ? "yes" : "");
    table_number(table, rule->low);
    table_number(table, rule->high);
    table_text(table, rule->note);
}

/* A name that no rule has: says so, with the nearest one. */
static int report_unknown(const struct options *options, const struct rule_book *book, const char *name)
{
    struct diagnostics diagnostics = {0};
    char hint[VALUE_SIZE] = "";
    const char **names = calloc(book->count + 1, sizeof *names);
    for (size_t i = 0; names && i < book->count; i++)
        names[i] = book->rules[i].name;
    const char *near = names ? suggest(name, names, book->count) : NULL;
    if (near)
        (void)snprintf(hint, sizeof hint, "did you mean \"%s\"?", near);
    diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "no rule of the book \"%s\" has \"%s\" in its name", book->name,
             name);
    session_report(&diagnostics, options);
    free(names);
    return status_exit_code(STATUS_INVALID);
}

static int print_table(const struct command *command, const struct options *options, const char *book, struct table *table)
{
    struct answer answer = session_answer(command, options);
    bool failed = false;
    cJSON *extra = cJSON_CreateObject();
    json_add_string(extra, "book", book, &failed);
    enum status status = answer_print(&answer, "rules", table, extra, stdout);
    table_fini(table);
    if (failed || status != STATUS_OK)
        return session_report_status(STATUS_NO_MEMORY, command->name);
    return status_exit_code(session_flush());
}

static int list(const struct command *command, const struct options *options)
{
    struct rule_book *book;
    enum status status = book_loading_rules(options, options->book, &book);
    if (status != STATUS_OK)
        return status_exit_code(status);
    struct table table;
    table_init(&table, rule_columns, is_narrow(options) ? NARROW_LIST : sizeof rule_columns / sizeof *rule_columns);
    for (size_t i = 0; i < book->count; i++)
        if (is_wanted(book->rules[i].name, options->arguments, options->argument_count))
            add_rule(&table, &book->rules[i]);
    int code = 0;
    if (table.cell_count == 0 && !table.failed && options->argument_count > 0) {
        code = report_unknown(options, book, options->arguments[0]);
        table_fini(&table);
    } else {
        code = print_table(command, options, book->name, &table);
    }
    rule_book_free(book);
    return code;
}

static bool same_value(const struct rule *a, const struct rule *b)
{
    if (!a || !b)
        return false;
    cJSON *left = rule_value_json(a), *right = rule_value_json(b);
    bool same = left && right && cJSON_Compare(left, right, true);
    cJSON_Delete(left);
    cJSON_Delete(right);
    return same;
}

static void add_difference(struct table *table, const struct rule *left, const struct rule *right)
{
    const struct rule *any = left ? left : right;
    if (same_value(left, right))
        return;
    table_text(table, any->name);
    value_cell(table, left);
    value_cell(table, right);
    table_text(table, any->unit);
    if (table->column_count == NARROW_DIFF)
        return;
    table_text(table, left ? left->source : "");
    table_text(table, right ? right->source : "");
}

/* Both books are sorted by name: one walk through the two. */
static void add_differences(struct table *table, const struct rule_book *left, const struct rule_book *right, char *const *words,
                            size_t count)
{
    size_t l = 0, r = 0;
    for (;;) {
        const struct rule *a = l < left->count ? &left->rules[l] : NULL;
        const struct rule *b = r < right->count ? &right->rules[r] : NULL;
        int order = a && b ? strcmp(a->name, b->name) : a ? -1 : 1;
        const struct rule *first = order <= 0 ? a : b;
        if (!first)
            return;
        if (is_wanted(first->name, words, count))
            add_difference(table, order <= 0 ? a : NULL, order >= 0 ? b : NULL);
        l += order <= 0;
        r += order >= 0;
    }
}

static int diff(const struct command *command, const struct options *options)
{
    struct rule_book *left = NULL, *right = NULL;
    const char *left_name = options->arguments[1], *right_name = options->arguments[2];
    enum status status = book_loading_rules(options, left_name, &left);
    if (status == STATUS_OK)
        status = book_loading_rules(options, right_name, &right);
    int code = status_exit_code(status);
    if (status == STATUS_OK) {
        char left_source[VALUE_SIZE], right_source[VALUE_SIZE];
        (void)snprintf(left_source, sizeof left_source, "source of %s", left->name);
        (void)snprintf(right_source, sizeof right_source, "source of %s", right->name);
        const struct table_column columns[] = {{"rule", false}, {left->name, true},   {right->name, true},
                                               {"unit", false}, {left_source, false}, {right_source, false}};
        struct table table;
        table_init(&table, columns, is_narrow(options) ? NARROW_DIFF : sizeof columns / sizeof *columns);
        add_differences(&table, left, right, options->arguments + 3, options->argument_count - 3);
        code = print_table(command, options, right->name, &table);
    }
    if (left)
        rule_book_free(left);
    if (right)
        rule_book_free(right);
    return code;
}

static int run(const struct program *program, const struct command *command, const struct options *options)
{
    (void)program;
    if (options->argument_count == 0 || strcmp(options->arguments[0], "diff") != 0)
        return list(command, options);
    if (options->argument_count >= 3)
        return diff(command, options);
    struct diagnostics diagnostics = {0};
    diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "as in slsim rules diff course current", "rules diff needs two books");
    session_report(&diagnostics, options);
    return status_exit_code(STATUS_INVALID);
}

const struct command rules_command = {
    .name = "rules",
    .arguments = "[NAME...] | diff A B [NAME...]",
    .summary = "the books of rules: what is simulated as fact, with source, date and confidence",
    .examples = "  slsim rules\n"
                "  slsim rules concurrency --book course\n"
                "  slsim rules diff course current\n"
                "  slsim rules keep_alive --verbose\n",
    .details = "NAME is a part of a rule's name. Books: current (the default) and course.\n",
    .options = OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_BOOK) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE),
    .arguments_min = 0,
    .arguments_max = UINT32_MAX,
    .run = run,
};
