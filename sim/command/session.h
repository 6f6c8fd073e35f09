/* session.h: what commands share: loading, messages, running, signals. */
#ifndef SLSIM_COMMAND_SESSION_H
#define SLSIM_COMMAND_SESSION_H

#include "command/command.h"
#include "document/diagnostics.h"
#include "experiment/run.h"
#include "output/answer.h"
#include "output/progress.h"
#include "output/report.h"
#include "scenario/scenario.h"

/* Prints the diagnostics to standard error and lets go of them. With --quiet only where there is an error among them. */
void session_report(struct diagnostics *diagnostics, const struct options *options);
/* A failure that no diagnostic tells of: out of memory, an internal check. Returns its exit code. */
int session_report_status(enum status status, const char *what);

/* Loads a scenario with what the options change; prints its diagnostics. */
enum status session_load(const struct program *program, const struct options *options, const char *path, struct scenario **scenario);

/* The same, but the diagnostics are the caller's to judge and to report; the messages that the scenario is meant to be told go to
 * `messages`. */
enum status session_load_judged(const struct program *program, const struct options *options, const char *path,
                                struct expected_messages *messages, struct diagnostics *diagnostics, struct scenario **scenario);

/* How the command's answer is framed. */
struct answer session_answer(const struct command *command, const struct options *options);

/* run_options from the command line, with progress on the terminal. The progress must be ended by progress_fini. */
void session_run_options(const struct options *options, struct progress *progress, struct run_options *run_options);

/* What --report and --plots ask for; false: neither was given. */
bool session_wants_report(const struct program *program, const struct options *options, struct report_request *request);
/* Draws what they ask for into a whole result's folder. */
enum status session_draw(const struct program *program, const struct options *options, const char *path, struct diagnostics *diagnostics);
/* Of a command that writes a folder only where --output names one: --report and --plots need it. STATUS_INVALID with a diagnostic. */
enum status session_check_report(const struct options *options, struct diagnostics *diagnostics);

/* Runs a scenario, with --until for as long as it takes; with `folder_path` (else NULL) writes its result folder, whole or as .partial,
 * with
 * --report its page, and with --trace the trace. Tells of everything on standard error. Where *result is not NULL the caller frees it; the
 * status is why a run ended early, or what could not be written. */
enum status session_run(const struct program *program, const struct options *options, struct scenario *scenario, const char *folder_path,
                        struct run_result **result);

/* Warns where --until was not reached: half the interval is more than `share` of `scale`. */
void session_tell_until(const struct options *options, const struct interval *interval, double scale, double share,
                        struct diagnostics *diagnostics);

/* Says why a run ended early, or failed; where an error was told of already, only what that did not say. */
void session_tell_of_end(const struct options *options, const struct run_result *result, enum status status,
                         struct diagnostics *diagnostics);

/* Prints the text output's fate: STATUS_IO with a message when standard output could not take everything. */
enum status session_flush(void);

#endif
