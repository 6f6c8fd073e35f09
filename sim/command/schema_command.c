/* schema_command.c: slsim schema */
#include "command/book_loading.h"
#include "command/session.h"
#include "output/json_print.h"
#include "schema/schema.h"

#include <string.h>

static enum status print_schema(const struct program *program, const struct rule_book *book)
{
    cJSON *schema = schema_new(program->registry, book);
    if (!schema)
        return STATUS_NO_MEMORY;
    json_print(stdout, schema);
    cJSON_Delete(schema);
    return STATUS_OK;
}

static enum status print_models(const struct program *program, const struct options *options, const struct rule_book *current)
{
    struct rule_book *course;
    enum status status = book_loading_rules(options, "course", &course);
    if (status != STATUS_OK)
        return status;
    status = reference_models(program->registry, current, course, stdout);
    rule_book_free(course);
    return status;
}

static int run(const struct program *program, const struct command *command, const struct options *options)
{
    struct rule_book *book;
    enum status status = book_loading_rules(options, options->book, &book);
    if (status != STATUS_OK)
        return status_exit_code(status);
    if (!options->reference)
        status = print_schema(program, book);
    else if (strcmp(options->reference, "models") == 0)
        status = print_models(program, options, book);
    else
        status = reference_scenarios(program->registry, book, stdout);
    rule_book_free(book);
    if (status == STATUS_NO_MEMORY)
        return session_report_status(status, command->name);
    enum status flushed = session_flush();
    return status_exit_code(status != STATUS_OK ? status : flushed);
}

const struct command schema_command = {
    .name = "schema",
    .arguments = "",
    .summary = "the scenario's JSON Schema, for editors",
    .examples = "  slsim schema > scenarios/scenario.schema.json\n"
                "  slsim schema --reference models\n",
    .details = "A scenario that begins with {\"$schema\": \"./scenario.schema.json\"} is then checked while it is written.\n",
    .options = OPTION_BIT(OPTION_BOOK) | OPTION_BIT(OPTION_REFERENCE),
    .arguments_min = 0,
    .arguments_max = 0,
    .run = run,
};
