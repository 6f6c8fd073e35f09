/* explain_command.c: slsim explain RESULT: where the items went. */
#include "command/explain.h"
#include "command/session.h"
#include "document/document.h"
#include "document/traces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct table_column fate_columns[] = {
    {"resource", false}, {"entered", true}, {"fate", false}, {"cause", false}, {"count", true}, {"share_percent", true},
};

enum fates_column { FATES_RESOURCE, FATES_ENTERED, FATES_FATE, FATES_CAUSE, FATES_COUNT, FATES_COLUMNS };

/* fates.csv, with its rows in the order in which they are shown. */
struct fates {
    const struct csv_table *table;
    size_t columns[FATES_COLUMNS];
    struct fate_row {
        size_t row;
        size_t group; /* of the rows of one resource, in the order of the file */
        double entered, count;
    } * rows; /* owned */
};

static int compare_rows(const void *a, const void *b)
{
    const struct fate_row *left = a, *right = b;
    if (left->group != right->group)
        return left->group < right->group ? -1 : 1;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

/* Reads the figures and sorts: resources as they stand, the commonest cause of each first. */
static enum status order_fates(struct fates *fates)
{
    size_t group = 0;
    fates->rows = calloc(fates->table->row_count + 1, sizeof *fates->rows);
    if (!fates->rows)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < fates->table->row_count; i++) {
        struct fate_row *row = &fates->rows[i];
        const char *resource = csv_table_field(fates->table, i, fates->columns[FATES_RESOURCE]);
        if (i > 0 && strcmp(resource, csv_table_field(fates->table, i - 1, fates->columns[FATES_RESOURCE])) != 0)
            group++;
        row->row = i;
        row->group = group;
        if (!csv_table_number(fates->table, i, fates->columns[FATES_ENTERED], &row->entered) ||
            !csv_table_number(fates->table, i, fates->columns[FATES_COUNT], &row->count) || !(row->entered > 0))
            return STATUS_INVALID;
    }
    qsort(fates->rows, fates->table->row_count, sizeof *fates->rows, compare_rows);
    return STATUS_OK;
}

static void fill_table(const struct fates *fates, struct table *table)
{
    for (size_t i = 0; i < fates->table->row_count; i++) {
        const struct fate_row *row = &fates->rows[i];
        table_text(table, csv_table_field(fates->table, row->row, fates->columns[FATES_RESOURCE]));
        table_number(table, row->entered);
        table_text(table, csv_table_field(fates->table, row->row, fates->columns[FATES_FATE]));
        table_text(table, csv_table_field(fates->table, row->row, fates->columns[FATES_CAUSE]));
        table_number(table, row->count);
        table_number(table, round(1e4 * row->count / row->entered) / 100);
    }
}

static enum status print_fates(const struct command *command, const struct options *options, struct fates *fates)
{
    struct table table;
    struct answer answer = session_answer(command, options);
    table_init(&table, fate_columns, sizeof fate_columns / sizeof *fate_columns);
    enum status status = order_fates(fates);
    if (status == STATUS_OK) {
        fill_table(fates, &table);
        status = answer_print(&answer, "fates", &table, NULL, stdout);
        status = status == STATUS_OK ? session_flush() : status;
    }
    free(fates->rows);
    table_fini(&table);
    return status;
}

static enum status explain_fates(const struct command *command, const struct options *options, const char *folder)
{
    static const char *const names[] = {"resource", "entered", "fate", "cause", "count"};
    struct diagnostics diagnostics = {0};
    struct csv_table *table = NULL;
    struct fates fates = {0};
    char *path = path_join(folder, "fates.csv");
    if (path && access(path, F_OK) != 0) {
        diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "name a folder that slsim run has written, such as results/hello",
                 "%s is no result folder: there is no fates.csv in it", folder);
        session_report(&diagnostics, options);
        free(path);
        return STATUS_IO;
    }
    enum status status = path ? csv_table_read(path, (struct place){path, 0, 0}, &diagnostics, &table) : STATUS_NO_MEMORY;
    for (size_t i = 0; i < FATES_COLUMNS && status == STATUS_OK; i++) {
        fates.columns[i] = csv_table_column(table, names[i]);
        if (fates.columns[i] == SIZE_MAX)
            status = STATUS_INVALID;
    }
    fates.table = table;
    if (status == STATUS_OK)
        status = print_fates(command, options, &fates);
    if (status == STATUS_INVALID && diagnostics.error_count == 0)
        diagnose(&diagnostics, SEVERITY_ERROR, (struct place){path, 0, 0}, NULL, "", "is no table of fates");
    if (status == STATUS_NO_MEMORY)
        (void)session_report_status(status, command->name);
    session_report(&diagnostics, options);
    csv_table_free(table);
    free(path);
    return status;
}

static int run(const struct program *program, const struct command *command, const struct options *options)
{
    const char *folder = options->arguments[0];
    bool cause = option_given(options, OPTION_CAUSE), item = option_given(options, OPTION_ITEM);
    if (cause && item) {
        struct diagnostics diagnostics = {0};
        diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "give one of them", "--cause and --item each name an item");
        session_report(&diagnostics, options);
        return status_exit_code(STATUS_INVALID);
    }
    if (option_given(options, OPTION_TREE) && !cause && !item) {
        struct diagnostics diagnostics = {0};
        diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "as in --item users:17 --tree", "--tree: of which item?");
        session_report(&diagnostics, options);
        return status_exit_code(STATUS_INVALID);
    }
    enum status status = cause || item ? explain_life(program, command, options, folder) : explain_fates(command, options, folder);
    return status_exit_code(status);
}

const struct command explain_command = {
    .name = "explain",
    .arguments = "RESULT",
    .summary = "where the items of a result went, by cause; or the life of one",
    .examples = "  slsim explain results/hello\n"
                "  slsim explain results/hello --cause throttled\n"
                "  slsim explain results/hello --item users:17\n"
                "  slsim explain results/hello --cause throttled --tree\n",
    .details =
        "RESULT is a result folder. For a life its first replication is run again, as the manifest says; the scenario itself is not\n"
        "needed, but the tables that it names are: looked for in --inputs DIR, and refused where they have changed since.\n",
    .options = OPTION_BIT(OPTION_CAUSE) | OPTION_BIT(OPTION_ITEM) | OPTION_BIT(OPTION_TREE) | OPTION_BIT(OPTION_INPUTS) |
               OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_QUEUE) | OPTION_BIT(OPTION_MAX_MEMORY) | OPTION_BIT(OPTION_MAX_EVENTS) |
               OPTION_BIT(OPTION_NO_PROGRESS) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE),
    .missing = "a result folder is missing",
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run,
};
