/* ledger.c: a short list of causes; the one in use stands first. */
#include "engine/ledger.h"

#include "engine/room.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void ledger_fini(struct ledger *ledger)
{
    free(ledger->lines);
    *ledger = (struct ledger){0};
}

static enum status append(struct ledger *ledger, const struct cause *cause, uint64_t count)
{
    if (!room_for(&ledger->lines, ledger->line_count + 1, &ledger->line_capacity, sizeof *ledger->lines))
        return STATUS_NO_MEMORY;
    ledger->lines[ledger->line_count++] = (struct ledger_line){.cause = cause, .count = count};
    return STATUS_OK;
}

/* Models have a few dozen causes, and a run meets the same few again and again: moving to the front finds them at once. */
static void move_to_front(struct ledger *ledger, size_t index)
{
    struct ledger_line line = ledger->lines[index];
    memmove(ledger->lines + 1, ledger->lines, index * sizeof *ledger->lines);
    ledger->lines[0] = line;
}

enum status ledger_count_cause(struct ledger *ledger, const struct cause *cause, uint64_t count)
{
    if (cause == &cause_succeeded) {
        ledger->succeeded += count;
        return STATUS_OK;
    }
    size_t index = 0;
    while (index < ledger->line_count && ledger->lines[index].cause != cause)
        index++;
    if (index < ledger->line_count) {
        ledger->lines[index].count += count;
    } else {
        enum status status = append(ledger, cause, count);
        if (status != STATUS_OK)
            return status;
    }
    if (index > 0)
        move_to_front(ledger, index);
    return STATUS_OK;
}

uint64_t ledger_accounted(const struct ledger *ledger)
{
    uint64_t accounted = ledger->succeeded;
    for (size_t i = 0; i < ledger->line_count; i++)
        accounted += ledger->lines[i].count;
    return accounted;
}

static int compare_causes(const struct cause *a, const struct cause *b)
{
    if (a->fate != b->fate)
        return a->fate < b->fate ? -1 : 1;
    return strcmp(a->text, b->text);
}

static int compare_lines(const void *a, const void *b)
{
    const struct ledger_line *one = a, *other = b;
    return compare_causes(one->cause, other->cause);
}

enum status ledger_merge(struct ledger *into, const struct ledger *from, struct cause_list *causes)
{
    into->entered += from->entered;
    into->succeeded += from->succeeded;
    for (size_t i = 0; i < from->line_count; i++) {
        const struct cause *cause = from->lines[i].cause;
        bool plain = compare_causes(cause, &cause_succeeded) == 0;
        const struct cause *kept = plain ? &cause_succeeded : cause_list_get(causes, cause->fate, cause->text);
        if (!kept || ledger_count_cause(into, kept, from->lines[i].count) != STATUS_OK)
            return STATUS_NO_MEMORY;
    }
    return STATUS_OK;
}

void ledger_sort(struct ledger *ledger)
{
    if (ledger->line_count == 0)
        return;
    qsort(ledger->lines, ledger->line_count, sizeof *ledger->lines, compare_lines);
    size_t kept = 0;
    for (size_t i = 1; i < ledger->line_count; i++) {
        if (compare_lines(&ledger->lines[kept], &ledger->lines[i]) == 0)
            ledger->lines[kept].count += ledger->lines[i].count;
        else
            ledger->lines[++kept] = ledger->lines[i];
    }
    ledger->line_count = kept + 1;
}
