/* expected_message.c: messages that a scenario is meant to be told, looked for among those that it was told. */
#include "scenario/expected_message.h"

#include "engine/room.h"

#include <stdlib.h>
#include <string.h>

void expected_messages_fini(struct expected_messages *messages)
{
    for (size_t i = 0; i < messages->count; i++) {
        free(messages->list[i].at);
        free(messages->list[i].says);
    }
    free(messages->list);
    *messages = (struct expected_messages){0};
}

bool expected_messages_add(struct expected_messages *messages, enum severity severity, const char *at, const char *says)
{
    struct expected_message made = {.severity = severity, .at = at ? strdup(at) : NULL, .says = strdup(says)};
    if ((at && !made.at) || !made.says || !room_for(&messages->list, messages->count + 1, &messages->capacity, sizeof made)) {
        free(made.at);
        free(made.says);
        return false;
    }
    messages->list[messages->count++] = made;
    return true;
}

static bool is_told(const struct expected_message *message, const struct diagnostic *diagnostic)
{
    return diagnostic->severity == message->severity && (!message->at || strcmp(message->at, diagnostic->path) == 0) &&
           strstr(diagnostic->message, message->says);
}

void expected_messages_judge(struct expected_messages *messages, struct diagnostics *diagnostics)
{
    for (size_t d = diagnostics->count; d-- > 0;) {
        bool expected = false;
        for (size_t i = 0; i < messages->count; i++) {
            bool told = is_told(&messages->list[i], &diagnostics->list[d]);
            messages->list[i].told |= told;
            expected |= told;
        }
        if (expected)
            diagnostics_drop(diagnostics, d);
    }
}
