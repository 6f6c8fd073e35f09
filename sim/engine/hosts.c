/* hosts.c: how requests end that no server serves. */
#include "engine/hosts.h"

#include "engine/request.h"

const struct cause cause_host_gone = {.fate = FATE_FAILED, .server_error = true, .text = "server gone"};
const struct cause cause_host_none = {.fate = FATE_FAILED, .server_error = true, .text = "no server in service"};
const struct cause cause_host_full = {.fate = FATE_THROTTLED, .text = "server's line full"};
