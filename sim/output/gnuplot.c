/* gnuplot.c: a child that draws. */
#include "output/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A picture of a few thousand points takes a tenth of a second. */
#define SECONDS_MAX 20

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads what the child says until it closes its end or the time is over. */
static bool listen_to(int from, char *complaint, size_t size)
{
    int64_t until = now_ms() + SECONDS_MAX * INT64_C(1000);
    size_t length = 0;
    char rest[512];
    for (;;) {
        struct pollfd one = {.fd = from, .events = POLLIN};
        int64_t left = until - now_ms();
        if (left <= 0 || (poll(&one, 1, (int)left) < 0 && errno != EINTR))
            break;
        if (!one.revents)
            continue;
        bool room = length + 1 < size;
        ssize_t got = read(from, room ? complaint + length : rest, room ? size - 1 - length : sizeof rest);
        if (got <= 0) {
            complaint[length] = '\0';
            return got == 0;
        }
        length += room ? (size_t)got : 0;
    }
    complaint[length] = '\0';
    return false;
}

static bool start(int folder, char *const *arguments, int heard, pid_t *child)
{
    /* Nothing of the user's environment: GNUPLOT_* and GNUTERM would change the picture. PATH is looked at by this process. */
    static const char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent",
                                              "XDG_CACHE_HOME=/nonexistent", NULL};
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    int failed = posix_spawn_file_actions_addfchdir_np(&actions, folder);
    failed |= posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    failed |= posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    failed |= posix_spawn_file_actions_adddup2(&actions, heard, STDERR_FILENO);
    int error = failed ? ENOMEM : posix_spawnp(child, arguments[0], &actions, NULL, arguments, (char *const *)(uintptr_t)environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    errno = error;
    return error == 0;
}

enum gnuplot_outcome gnuplot_run(int folder, const char *script, bool png, char *complaint, size_t size)
{
    char program[] = "gnuplot", defaults[] = "-d", evaluate[] = "-e", as_png[] = "png = 1", name[80];
    int ends[2];
    pid_t child;
    *complaint = '\0';
    (void)snprintf(name, sizeof name, "%s", script);
    char *with_png[] = {program, defaults, evaluate, as_png, name, NULL}, *plain[] = {program, defaults, name, NULL};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return GNUPLOT_FAILED;
    bool started = start(folder, png ? with_png : plain, ends[1], &child);
    int reason = errno;
    (void)close(ends[1]);
    if (!started) {
        (void)close(ends[0]);
        (void)snprintf(complaint, size, "%s", strerror(reason));
        return reason == ENOENT ? GNUPLOT_MISSING : GNUPLOT_FAILED;
    }
    bool ended = listen_to(ends[0], complaint, size);
    (void)close(ends[0]);
    if (!ended) {
        (void)kill(child, SIGKILL);
        (void)snprintf(complaint, size, "took longer than %d seconds", SECONDS_MAX);
    }
    int result = -1;
    while (waitpid(child, &result, 0) < 0 && errno == EINTR)
        ;
    return ended && WIFEXITED(result) && WEXITSTATUS(result) == 0 ? GNUPLOT_DREW : GNUPLOT_FAILED;
}
