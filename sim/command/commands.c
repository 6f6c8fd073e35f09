/* commands.c: the list of commands, help, and which command is meant. */
#include "command/command.h"
#include "command/session.h"
#include "document/suggest.h"
#include "output/manifest.h"
#include "output/safe_text.h"

#include <string.h>
#include <unistd.h>

/* More than the largest scenario: that it is too large is said where it is read. */
#define INPUT_MOST ((size_t)257 << 20)

static const struct command *const commands[] = {
    &run_command,     &check_command,  &verify_command, &sweep_command,  &compare_command, &size_command,   &sensitivity_command,
    &explain_command, &report_command, &study_command,  &schema_command, &rules_command,   &prices_command,
};

/* Commands that are not there yet, and what they would do. */
static const struct {
    const char *name, *does, *instead;
} later[] = {
    {"calibrate", "fitting `behavior` to logs and traces", "give distributions by {\"csv\": ..., \"column\": ...} or {\"quantiles\": ...}"},
    {"backtest", "laying a simulated band over recorded metrics", "timeseries.csv of a result has the simulated figures by the minute"},
    {"import", "making a scenario of a template or a trace", "name it in a scenario: \"template\", \"fleet\", or \"trace\" of a source"},
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

/* Whatever its options are. 0: it is none of those. */
static int refuse_later(const char *name)
{
    char message[128];
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        if (strcmp(later[i].name, name) != 0 || find(name))
            continue;
        (void)snprintf(message, sizeof message, "slsim %s is not built yet: %s", name, later[i].does);
        return refuse(NULL, later[i].instead, message, NULL);
    }
    return 0;
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

/* A scenario from standard input is read for each variant of it: a pipe is kept in a file without a name, which takes its place. */
static enum status keep_standard_input(const struct options *options)
{
    size_t i = 0;
    while (i < options->argument_count && strcmp(options->arguments[i], "-") != 0)
        i++;
    if (i == options->argument_count || fseek(stdin, 0, SEEK_CUR) == 0)
        return STATUS_OK;
    char buffer[1 << 14];
    size_t length, kept = 0;
    FILE *file = tmpfile();
    bool good = file != NULL;
    while (good && kept <= INPUT_MOST && (length = fread(buffer, 1, sizeof buffer, stdin)) > 0) {
        good = fwrite(buffer, 1, length, file) == length;
        kept += length;
    }
    good = good && !ferror(stdin) && fflush(file) == 0 && dup2(fileno(file), STDIN_FILENO) >= 0;
    clearerr(stdin);
    if (file)
        (void)fclose(file);
    return good ? STATUS_OK : STATUS_IO;
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
    if (code == 0 && keep_standard_input(options) != STATUS_OK) {
        (void)refuse(options, NULL, "standard input cannot be read", NULL);
        return status_exit_code(STATUS_IO);
    }
    return code != 0 ? code : command->run(program, command, options);
}

int command_main(const struct program *program, int argc, char **argv)
{
    struct options options;
    struct diagnostics diagnostics = {0};
    int later_code = argc > 1 ? refuse_later(argv[1]) : 0;
    if (later_code != 0)
        return later_code;
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
