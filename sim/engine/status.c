/* status.c: exit codes and words of enum status. */
#include "engine/status.h"

static const struct {
    int exit_code;
    const char *text;
} statuses[] = {
    [STATUS_OK] = {0, "done"},
    [STATUS_UNMET] = {1, "an expectation does not hold"},
    [STATUS_INVALID] = {2, "invalid input"},
    [STATUS_IO] = {3, "could not read or write"},
    [STATUS_LIMIT] = {4, "a limit was reached"},
    [STATUS_NO_MEMORY] = {4, "out of memory"},
    [STATUS_INTERRUPTED] = {130, "interrupted"},
    [STATUS_INTERNAL] = {70, "an internal check failed"},
};

int status_exit_code(enum status status)
{
    return statuses[status].exit_code;
}

const char *status_text(enum status status)
{
    return statuses[status].text;
}
