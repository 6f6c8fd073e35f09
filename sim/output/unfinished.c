/* unfinished.c: the list, and a removal without the C library's memory: a handler may have interrupted malloc itself. */
#include "output/unfinished.h"

#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define UNFINISHED_MOST 16
#define DEPTH_MOST 4

enum state { STATE_FREE, STATE_TAKEN, STATE_KNOWN };

static struct {
    atomic_int state;
    int folder;
    char name[PATH_MAX];
} unfinished[UNFINISHED_MOST];

int unfinished_begin(int folder, const char *name)
{
    if (strlen(name) >= sizeof unfinished->name)
        return 0;
    for (int i = 0; i < UNFINISHED_MOST; i++) {
        int expected = STATE_FREE;
        if (!atomic_compare_exchange_strong(&unfinished[i].state, &expected, STATE_TAKEN))
            continue;
        unfinished[i].folder = folder;
        (void)strcpy(unfinished[i].name, name);
        atomic_store(&unfinished[i].state, STATE_KNOWN);
        return i + 1;
    }
    return 0;
}

void unfinished_end(int number)
{
    if (number > 0)
        atomic_store(&unfinished[number - 1].state, STATE_FREE);
}

/* What the kernel hands out, entry by entry: see getdents64(2). */
struct entry {
    unsigned long long inode;
    long long offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

static void remove_all(int folder, const char *name, int depth)
{
    _Alignas(struct entry) char entries[4096];
    if (unlinkat(folder, name, 0) == 0 || depth == DEPTH_MOST)
        return;
    int inside = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inside < 0)
        return;
    long length;
    while ((length = syscall(SYS_getdents64, inside, entries, sizeof entries)) > 0)
        for (long at = 0; at < length;) {
            const struct entry *entry = (const void *)(entries + at);
            if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0)
                remove_all(inside, entry->name, depth + 1);
            at += entry->length;
        }
    (void)close(inside);
    (void)unlinkat(folder, name, AT_REMOVEDIR);
}

void unfinished_remove(void)
{
    for (int i = 0; i < UNFINISHED_MOST; i++)
        if (atomic_load(&unfinished[i].state) == STATE_KNOWN)
            remove_all(unfinished[i].folder, unfinished[i].name, 0);
}
