/* expected_message.h: messages that a scenario is meant to be told: entries of `expect` with `refused` (an error) or `warned` (a warning).
 * They outlive a scenario that is refused. */
#ifndef SLSIM_SCENARIO_EXPECTED_MESSAGE_H
#define SLSIM_SCENARIO_EXPECTED_MESSAGE_H

#include "document/diagnostics.h"

#include <stdbool.h>
#include <stddef.h>

struct expected_message {
    enum severity severity; /* SEVERITY_ERROR or SEVERITY_WARNING */
    char *at;               /* the path that it is told of; owned; NULL: any */
    char *says;             /* a part of it; owned */
    bool told;              /* by expected_messages_judge */
};

struct expected_messages {
    struct expected_message *list; /* owned */
    size_t count, capacity;
};

void expected_messages_fini(struct expected_messages *messages);
/* Copies the texts. False: no memory. */
bool expected_messages_add(struct expected_messages *messages, enum severity severity, const char *at, const char *says);
/* Which of them are among the diagnostics; those are taken out there, for they are no mistakes. */
void expected_messages_judge(struct expected_messages *messages, struct diagnostics *diagnostics);

#endif
