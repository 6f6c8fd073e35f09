/* retry_parse.c: the spelling of `retry`. */
#include "notation/retry_parse.h"

#include "engine/retry.h"

#define AT(field) offsetof(struct retry_config, field)

static const char *const modes[] = {"none", "standard", "legacy", "adaptive", NULL};
static const char *const jitters[] = {"full", "none", "equal", NULL};
static const char *const causes[] = {"throttled", "server_error", "timeout", NULL};

static const struct property own_policy[] = {
    {"max_attempts", PROPERTY_INTEGER, AT(max_attempts), .minimum = "1", .maximum = "1000", .fallback = "3",
     .help = "Tries in all, the first counted."},
    {"base", PROPERTY_TIME, AT(base_ns), .fallback = "\"100ms\"",
     .help = "The wait before the first retry; doubled for each that follows."},
    {"cap", PROPERTY_TIME, AT(cap_ns), .fallback = "\"20s\"", .help = "The longest wait."},
    {"jitter", PROPERTY_ENUM, AT(jitter), .choices = jitters, .fallback = "\"full\"",
     .help = "full: uniform between 0 and the wait; equal: between half of it and all; none."},
    {"on", PROPERTY_FLAGS, AT(on), .choices = causes, .fallback = "[\"throttled\", \"server_error\", \"timeout\"]",
     .help = "What is tried again."},
    {0},
};

const struct property retry_spelling = {
    .name = "retry", .kind = PROPERTY_ENUM, .offset = AT(mode), .choices = modes, .properties = own_policy, .fallback = "\"none\""};
