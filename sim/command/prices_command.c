/* prices_command.c: slsim prices [NAME...] */
#include "command/book_loading.h"
#include "command/session.h"
#include "output/json_print.h"

#include <math.h>

static const struct table_column price_columns[] = {
    {"usage_type", false},    {"service", false}, {"unit", false},       {"from", true},    {"up_to", true}, {"usd", true},
    {"free_per_month", true}, {"date", false},    {"confidence", false}, {"source", false}, {"note", false},
};
/* What a screen has room for: all but the note. */
#define NARROW (sizeof price_columns / sizeof *price_columns - 1)

/* One row a tier. */
static void add_price(struct table *table, const struct price *price)
{
    double from = 0;
    for (size_t i = 0; i < price->tier_count; i++) {
        const struct price_tier *tier = &price->tiers[i];
        table_text(table, price->usage_type);
        table_text(table, price->service);
        table_text(table, price->unit);
        table_number(table, from);
        table_number(table, isfinite(tier->up_to) ? tier->up_to : NAN);
        table_number(table, tier->usd);
        table_number(table, price->free_per_month > 0 ? price->free_per_month : NAN);
        table_text(table, price->date);
        table_text(table, price->confidence);
        table_text(table, price->source);
        if (table->column_count > NARROW)
            table_text(table, price->note);
        from = tier->up_to;
    }
}

static bool price_is_wanted(const struct price *price, const struct options *options)
{
    return is_wanted(price->usage_type, options->arguments, options->argument_count) ||
           is_wanted(price->service, options->arguments, options->argument_count);
}

static int run(const struct program *program, const struct command *command, const struct options *options)
{
    (void)program;
    struct price_book *book;
    enum status status = book_loading_prices(options, options->book, &book);
    if (status != STATUS_OK)
        return status_exit_code(status);
    struct table table;
    bool narrow = options->format == FORMAT_TABLE && !option_given(options, OPTION_VERBOSE);
    table_init(&table, price_columns, narrow ? NARROW : NARROW + 1);
    for (size_t i = 0; i < book->count; i++)
        if (price_is_wanted(&book->prices[i], options))
            add_price(&table, &book->prices[i]);
    if (table.cell_count == 0 && !table.failed && options->argument_count > 0) {
        struct diagnostics diagnostics = {0};
        diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "slsim prices lists them all",
                 "no price of the book \"%s\" has \"%s\" in its usage type or service", book->name, options->arguments[0]);
        session_report(&diagnostics, options);
        status = STATUS_INVALID;
    } else {
        struct answer answer = session_answer(command, options);
        bool failed = false;
        cJSON *extra = cJSON_CreateObject();
        json_add_string(extra, "book", book->name, &failed);
        status = answer_print(&answer, "prices", &table, extra, stdout);
        status = failed ? STATUS_NO_MEMORY : status == STATUS_OK ? session_flush() : status;
        if (status == STATUS_NO_MEMORY)
            (void)session_report_status(status, command->name);
    }
    table_fini(&table);
    price_book_free(book);
    return status_exit_code(status);
}

const struct command prices_command = {
    .name = "prices",
    .arguments = "[NAME...]",
    .summary = "the price book, with sources and dates",
    .examples = "  slsim prices\n"
                "  slsim prices request\n"
                "  slsim prices --format csv\n",
    .details = "NAME is a part of a usage type or of a service's name. A price with tiers has a row for each.\n",
    .options = OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_BOOK) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE),
    .arguments_min = 0,
    .arguments_max = UINT32_MAX,
    .run = run,
};
