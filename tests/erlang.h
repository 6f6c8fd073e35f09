/* erlang.h: closed forms of M/M/c for tests: what a load (erlangs: calls a second times their mean time) meets at so many servers. */
#ifndef SLSIM_TESTS_ERLANG_H
#define SLSIM_TESTS_ERLANG_H

/* Erlang's loss formula by its recursion: the share that is lost where nobody waits. */
static inline double erlang_b(double load, unsigned servers)
{
    double loss = 1;
    for (unsigned i = 1; i <= servers; i++)
        loss = load * loss / (i + load * loss);
    return loss;
}

/* Erlang's C: the share that waits, where all do who find no server. */
static inline double erlang_c(double load, unsigned servers)
{
    const double loss = erlang_b(load, servers), utilisation = load / servers;
    return loss / (1 - utilisation * (1 - loss));
}

#endif
