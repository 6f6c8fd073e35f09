/* request.c: the words of the fates. */
#include "engine/request.h"

const char *const fate_names[FATE_COUNT] = {
    [FATE_SUCCEEDED] = "succeeded", [FATE_FAILED] = "failed",       [FATE_THROTTLED] = "throttled",
    [FATE_TIMED_OUT] = "timed_out", [FATE_REJECTED] = "rejected",   [FATE_DEAD_LETTERED] = "dead_lettered",
    [FATE_EXPIRED] = "expired",     [FATE_DISCARDED] = "discarded", [FATE_DROPPED] = "dropped",
    [FATE_IN_FLIGHT] = "in_flight",
};

const struct cause cause_succeeded = {.fate = FATE_SUCCEEDED, .text = ""};
