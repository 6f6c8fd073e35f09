/* explain_tree.c: spans are told of when they end; the tree is made when all have. */
#include "command/explain_tree.h"

#include "engine/room.h"
#include "engine/sim_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct table_column tree_columns[] = {
    {"depth", true}, {"begin_s", true}, {"took_s", true}, {"resource", false}, {"span", false}, {"outcome", false}, {"detail", false},
};
const size_t tree_column_count = sizeof tree_columns / sizeof *tree_columns;

static char *copy(struct span_tree *tree, const char *text)
{
    char *made = strdup(text);
    tree->failed |= !made;
    return made;
}

static void keep_trace(struct span_tree *tree, const char *source, uint64_t item)
{
    char *name = copy(tree, source);
    if (!name || !room_for(&tree->traces, tree->trace_count + 1, &tree->trace_capacity, sizeof *tree->traces)) {
        tree->failed = true;
        free(name);
        return;
    }
    tree->traces[tree->trace_count++] = (struct kept_trace){name, item};
}

/* The trace's place; SIZE_MAX: it is not kept. An item is in few batches. */
static size_t find_trace(const struct span_tree *tree, const char *source, uint64_t item)
{
    for (size_t i = 0; i < tree->trace_count; i++)
        if (tree->traces[i].item == item && strcmp(tree->traces[i].source, source) == 0)
            return i;
    return SIZE_MAX;
}

void span_tree_init(struct span_tree *tree, const char *source, uint64_t item)
{
    *tree = (struct span_tree){0};
    keep_trace(tree, source, item);
}

void span_tree_fini(struct span_tree *tree)
{
    for (size_t i = 0; i < tree->trace_count; i++)
        free(tree->traces[i].source);
    for (size_t i = 0; i < tree->count; i++) {
        free(tree->spans[i].resource);
        free(tree->spans[i].name);
        free(tree->spans[i].outcome);
        free(tree->spans[i].detail);
        free(tree->spans[i].links);
    }
    free(tree->traces);
    free(tree->spans);
    *tree = (struct span_tree){0};
}

void span_tree_link(void *context, const struct trace_link *link)
{
    struct span_tree *tree = context;
    if (find_trace(tree, link->from_source, link->from_item) != SIZE_MAX && find_trace(tree, link->to_source, link->to_item) == SIZE_MAX)
        keep_trace(tree, link->to_source, link->to_item);
}

void span_tree_span(void *context, const struct trace_span *span)
{
    struct span_tree *tree = context;
    size_t trace = find_trace(tree, span->source, span->item);
    if (trace == SIZE_MAX)
        return;
    uint64_t *links = calloc(span->link_count + 1u, sizeof *links);
    if (!links || !room_for(&tree->spans, tree->count + 1, &tree->capacity, sizeof *tree->spans)) {
        tree->failed = true;
        free(links);
        return;
    }
    for (uint32_t i = 0; i < span->link_count; i++)
        links[i] = span->links[i].span;
    tree->spans[tree->count++] = (struct kept_span){
        .id = span->at.span,
        .parent = span->parent.span,
        .begin_ns = span->begin_ns,
        .end_ns = span->end_ns,
        .attempt = span->attempt,
        .is_own = trace == 0,
        .resource = copy(tree, span->at.resource),
        .name = copy(tree, span->name),
        .outcome = copy(tree, span->unfinished ? "unfinished" : span->outcome),
        .detail = copy(tree, span->detail),
        .links = links,
        .link_count = span->link_count,
    };
}

static int compare_spans(const void *a, const void *b)
{
    const struct kept_span *left = a, *right = b;
    return (left->id > right->id) - (left->id < right->id);
}

static size_t find_span(const struct span_tree *tree, uint64_t id)
{
    const struct kept_span key = {.id = id};
    const struct kept_span *found = id == 0 ? NULL : bsearch(&key, tree->spans, tree->count, sizeof key, compare_spans);
    return found ? (size_t)(found - tree->spans) : SIZE_MAX;
}

/* Whose child the span is: its parent's, or that of a span of the item of which it was made. */
static size_t parent_of(const struct span_tree *tree, const struct kept_span *span)
{
    for (uint32_t i = 0; i < span->link_count; i++) {
        size_t from = find_span(tree, span->links[i]);
        if (from != SIZE_MAX && tree->spans[from].is_own && !span->is_own)
            return from;
    }
    return find_span(tree, span->parent);
}

/* Ids count in the order of the beginnings, and a parent begins before its children; steps that were planned have later ones. */
static void join(struct span_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        tree->spans[i].above = tree->spans[i].child = tree->spans[i].next = SIZE_MAX;
    for (size_t i = tree->count; i-- > 0;) {
        struct kept_span *span = &tree->spans[i];
        span->above = parent_of(tree, span);
        if (span->above == SIZE_MAX)
            continue;
        span->next = tree->spans[span->above].child;
        tree->spans[span->above].child = i;
    }
}

static void fill_row(const struct kept_span *span, struct table *table, int depth, bool indented)
{
    char name[256];
    int room = indented ? (depth < 40 ? 2 * depth : 80) : 0;
    (void)snprintf(name, sizeof name, span->attempt > 1 ? "%*s%.100s (attempt %u)" : "%*s%.100s", room, "", span->name, span->attempt);
    table_number(table, depth);
    table_number(table, time_to_seconds(span->begin_ns));
    table_number(table, time_to_seconds(span->end_ns - span->begin_ns));
    table_text(table, span->resource);
    table_text(table, name);
    table_text(table, span->outcome);
    table_text(table, span->detail);
}

/* The span at `place` and what is below it. */
static void fill_from(const struct span_tree *tree, size_t place, struct table *table, bool indented)
{
    size_t at = place;
    for (int depth = 0; at != SIZE_MAX;) {
        fill_row(&tree->spans[at], table, depth, indented);
        if (tree->spans[at].child != SIZE_MAX) {
            at = tree->spans[at].child;
            depth++;
            continue;
        }
        while (at != place && tree->spans[at].next == SIZE_MAX) {
            at = tree->spans[at].above;
            depth--;
        }
        at = at == place ? SIZE_MAX : tree->spans[at].next;
    }
}

void span_tree_fill(struct span_tree *tree, struct table *table, bool indented)
{
    if (tree->failed) {
        table->failed = true;
        return;
    }
    qsort(tree->spans, tree->count, sizeof *tree->spans, compare_spans);
    join(tree);
    for (size_t i = 0; i < tree->count; i++)
        if (tree->spans[i].is_own && tree->spans[i].above == SIZE_MAX)
            fill_from(tree, i, table, indented);
}
