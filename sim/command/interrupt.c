/* interrupt.c: the two things that a signal handler can do: set a flag; and, when asked again, leave without leaving anything half done. */
#include "command/interrupt.h"

#include "output/unfinished.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

/* What a shell says of a program that SIGINT ended. */
#define EXIT_INTERRUPTED 130

/* A handler is given no context, so this cannot be anyone's own. */
static atomic_bool interrupted;

static void note(int number)
{
    (void)number;
    if (!atomic_exchange_explicit(&interrupted, true, memory_order_relaxed))
        return;
    unfinished_remove();
    _exit(EXIT_INTERRUPTED);
}

const atomic_bool *interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaddset(&action.sa_mask, SIGINT);
    (void)sigaddset(&action.sa_mask, SIGTERM);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    return &interrupted;
}
