/* suggest.c: the nearest of some names, by Damerau-Levenshtein distance (adjacent letters may swap). */
#include "document/suggest.h"

#include <stdbool.h>
#include <string.h>

#define LONGEST 64

/* In quarters of an edit: a difference of case or a lacking separator is hardly a mistake. */
enum { EDIT = 4, SLIP = 1 };

static bool is_separator(char c)
{
    return c == '_' || c == '-' || c == '.' || c == ' ';
}

/* ASCII only, whatever the locale. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned cost_of_gap(char c)
{
    return is_separator(c) ? SLIP : EDIT;
}

static unsigned cost_of_change(char a, char b)
{
    if (a == b)
        return 0;
    return lower(a) == lower(b) || (is_separator(a) && is_separator(b)) ? SLIP : EDIT;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment over three rows: a swap looks two rows back. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][LONGEST + 1];
    unsigned *two_back = rows[0], *back = rows[1], *row = rows[2];
    memset(rows, 0, sizeof rows);
    for (size_t j = 1; j <= b_length; j++)
        back[j] = back[j - 1] + cost_of_gap(b[j - 1]);
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = back[0] + cost_of_gap(a[i - 1]);
        for (size_t j = 1; j <= b_length; j++) {
            unsigned cost = back[j - 1] + cost_of_change(a[i - 1], b[j - 1]);
            cost = least(cost, back[j] + cost_of_gap(a[i - 1]));
            cost = least(cost, row[j - 1] + cost_of_gap(b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] != b[j - 1] && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                cost = least(cost, two_back[j - 2] + EDIT);
            row[j] = cost;
        }
        unsigned *spare = two_back;
        two_back = back;
        back = row;
        row = spare;
    }
    return back[b_length];
}

const char *suggest(const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    unsigned nearest_cost = 0;
    size_t length = word == NULL ? 0 : strnlen(word, LONGEST + 1);
    if (length == 0 || length > LONGEST)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t other = candidates[i] == NULL ? 0 : strnlen(candidates[i], LONGEST + 1);
        if (other == 0 || other > LONGEST)
            continue;
        unsigned cost = distance(word, length, candidates[i], other);
        size_t longer = length > other ? length : other;
        /* At most a third of the letters may be wrong. */
        if (cost * 3 <= longer * EDIT && (nearest == NULL || cost < nearest_cost)) {
            nearest = candidates[i];
            nearest_cost = cost;
        }
    }
    return nearest;
}
