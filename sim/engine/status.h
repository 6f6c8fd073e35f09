/* status.h: what a call can come back with. Library code returns one of these; it never prints and never exits. */
#ifndef SLSIM_ENGINE_STATUS_H
#define SLSIM_ENGINE_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_UNMET,       /* an expectation or a goal does not hold; everything was run and judged */
    STATUS_INVALID,     /* wrong usage or an invalid scenario: the diagnostics say where; nothing was run */
    STATUS_IO,          /* a file could not be read or written; what was half written has been removed */
    STATUS_LIMIT,       /* --max-memory or --max-events was reached; what is complete has been kept */
    STATUS_NO_MEMORY,   /* the machine itself has no memory left; state is consistent but incomplete */
    STATUS_INTERRUPTED, /* SIGINT or SIGTERM; what is complete has been kept */
    STATUS_INTERNAL     /* a check of the program on itself failed (conservation, Little's law): a fault of ours */
};

/* The exit code of the command line that stands for `status`: 0, 1, 2, 3, 4 or 130; STATUS_INTERNAL is 70. */
int status_exit_code(enum status status);

/* A short word for messages, such as "out of memory". Static storage. */
const char *status_text(enum status status);

#endif
