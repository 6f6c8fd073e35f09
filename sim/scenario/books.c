/* books.c: where the books are. */
#include "scenario/books.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Written once, under `once`. */
static char folder[PATH_MAX];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool has_books(const char *candidate)
{
    char path[PATH_MAX + 16];
    struct stat rules, prices;
    int length = snprintf(path, sizeof path, "%s/rules", candidate);
    if (length < 0 || (size_t)length >= sizeof path || stat(path, &rules) != 0 || !S_ISDIR(rules.st_mode))
        return false;
    snprintf(path, sizeof path, "%s/prices", candidate);
    return stat(path, &prices) == 0 && S_ISDIR(prices.st_mode);
}

static bool take(const char *candidate)
{
    if (!has_books(candidate) || strlen(candidate) >= sizeof folder)
        return false;
    strcpy(folder, candidate);
    return true;
}

static void find_folder(void)
{
    static const char *const beside[] = {"../../models", "../share/slsim"};
    const char *given = getenv("SLSIM_MODELS");
    if (given != NULL && given[0] != 0) {
        take(given);
        return;
    }
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program);
    char *slash = length > 0 ? memrchr(program, '/', (size_t)length) : NULL;
    for (size_t i = 0; slash != NULL && i < sizeof beside / sizeof *beside; i++) {
        char candidate[PATH_MAX + 32], canonical[PATH_MAX];
        snprintf(candidate, sizeof candidate, "%.*s/%s", (int)(slash - program), program, beside[i]);
        if (realpath(candidate, canonical) != NULL && take(canonical))
            return;
    }
#ifdef SLSIM_SOURCE_MODELS
    take(SLSIM_SOURCE_MODELS);
#endif
}

const char *books_folder(void)
{
    pthread_once(&once, find_folder);
    return folder[0] == 0 ? NULL : folder;
}
