/* interrupt.c: the one thing that a signal handler can do: set a flag. */
#include "command/interrupt.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* A handler is given no context, so this cannot be anyone's own. */
static atomic_bool interrupted;

static void note(int number)
{
    (void)number;
    atomic_store_explicit(&interrupted, true, memory_order_relaxed);
}

const atomic_bool *interrupt_watch(void)
{
    /* SA_RESETHAND: the second signal meets the default, which kills. */
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    return &interrupted;
}
