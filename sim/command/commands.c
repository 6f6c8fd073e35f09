/* commands.c: the list of commands, help, and which command is meant. */
#include "command/command.h"
#include "command/session.h"
#include "document/suggest.h"
#include "output/manifest.h"
#include "output/safe_text.h"

#include <string.h>

static const struct command *const commands[] = {
    &run_command,         &check_command,   &verify_command, &sweep_command,  &compare_command, &size_command,
    &sensitivity_command, &explain_command, &report_command, &schema_command, &rules_command,   &prices_command,
};

#define COMMAND_COUNT (sizeof commands / sizeof *commands)
/* Every command knows these. */
#define ALWAYS (OPTION_BIT(OPTION_HELP) | OPTION_BIT(OPTION_VERSION))

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static void print_overview(FILE *out)
{
    (void)fputs("slsim simulates serverless workloads: what happens to every request, and what it costs.\n"
                "\n"
                "Examples:\n"
                "  slsim run scenarios/hello.json              simulate, write results/hello, print a summary\n"
                "  slsim check my.json                         find every mistake in a scenario, run nothing\n"
                "  slsim verify scenarios/*.json               run and judge what each scenario expects\n"
                "  slsim run my.json --set Api.MemorySize=1024 --replications 20 -o results/more-memory\n"
                "  slsim compare my.json --vary Api.MemorySize=1024   what that changes, and what it costs\n"
                "\n"
                "Commands:\n",
                out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)fprintf(out, "  %-11s  %s\n", commands[i]->name, commands[i]->summary);
    (void)fputs("  help         this, or the help of a command: slsim help run\n"
                "\n"
                "slsim COMMAND --help tells of a command's options; slsim --version of the program.\n"
                "\n"
                "Exit codes: 0 done; 1 an expectation or a goal does not hold, or what --fail-if says does; 2 wrong usage or an\n"
                "invalid scenario; 3 could not read or write; 4 a limit was reached (--max-memory, --max-events); 130 interrupted.\n",
                out);
}

static void print_help(const struct command *command, FILE *out)
{
    (void)fprintf(out, "slsim %s: %s\n\nExamples:\n%s\nUsage: slsim %s [OPTIONS]%s%s\n%s\nOptions:\n", command->name, command->summary,
                  command->examples, command->name, *command->arguments ? " " : "", command->arguments, command->details);
    options_print(command->options | ALWAYS, out);
}

static int refuse(const struct options *options, const char *hint, const char *message, const char *word)
{
    struct diagnostics diagnostics = {0};
    diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "%s%s%s%s", message, word ? " \"" : "", word ? word : "",
             word ? "\"" : "");
    session_report(&diagnostics, options);
    return status_exit_code(STATUS_INVALID);
}

static int unknown_command(const struct options *options, const char *name)
{
    const char *names[COMMAND_COUNT + 1];
    char hint[64] = "slsim --help lists the commands";
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i]->name;
    names[COMMAND_COUNT] = "help";
    const char *near = suggest(name, names, COMMAND_COUNT + 1);
    if (near)
        (void)snprintf(hint, sizeof hint, "did you mean slsim %s?", near);
    return refuse(options, hint, "unknown command", name);
}

static int help(const struct options *options, const char *name)
{
    const struct command *command = name && strcmp(name, "help") != 0 ? find(name) : NULL;
    if (name && !command && strcmp(name, "help") != 0)
        return unknown_command(options, name);
    if (command)
        print_help(command, stdout);
    else
        print_overview(stdout);
    return status_exit_code(session_flush());
}

static int check_arguments(const struct command *command, const struct options *options)
{
    char usage[128];
    (void)snprintf(usage, sizeof usage, "usage: slsim %s [OPTIONS] %s", command->name, command->arguments);
    if (options->argument_count < command->arguments_min)
        return refuse(options, usage, command->missing ? command->missing : "a scenario is missing", NULL);
    if (options->argument_count > command->arguments_max)
        return refuse(options, usage, "one argument too many:", options->arguments[command->arguments_max]);
    return 0;
}

static int dispatch(const struct program *program, const struct options *options)
{
    if (option_given(options, OPTION_VERSION)) {
        (void)printf("slsim %s\n", program_version());
        return status_exit_code(session_flush());
    }
    if (!options->command && option_given(options, OPTION_HELP))
        return help(options, NULL);
    if (!options->command) {
        print_overview(stderr);
        return status_exit_code(STATUS_INVALID);
    }
    if (strcmp(options->command, "help") == 0)
        return help(options, options->argument_count > 0 ? options->arguments[0] : NULL);
    const struct command *command = find(options->command);
    if (!command)
        return unknown_command(options, options->command);
    if (option_given(options, OPTION_HELP))
        return help(options, command->name);
    struct diagnostics diagnostics = {0};
    enum status status = options_check(options, command->options | ALWAYS, command->name, &diagnostics);
    session_report(&diagnostics, options);
    if (status != STATUS_OK)
        return status_exit_code(status);
    int code = check_arguments(command, options);
    return code != 0 ? code : command->run(program, command, options);
}

int command_main(const struct program *program, int argc, char **argv)
{
    struct options options;
    struct diagnostics diagnostics = {0};
    enum status status = options_parse(argc, argv, &options, &diagnostics);
    bool told = diagnostics.error_count > 0;
    session_report(&diagnostics, NULL);
    int code = status_exit_code(status);
    if (status == STATUS_OK)
        code = dispatch(program, &options);
    else if (!told)
        code = session_report_status(status, "slsim");
    options_fini(&options);
    return code;
}
