/* explain_tree.h: the spans of one item as a tree: what called what, what waited where, which batches it was in. Private to explain_life.c.
 */
#ifndef SLSIM_COMMAND_EXPLAIN_TREE_H
#define SLSIM_COMMAND_EXPLAIN_TREE_H

#include "engine/trace.h"
#include "output/table.h"

#include <stddef.h>

/* A trace whose spans are kept: the item's own, and those of batches that it is in. */
struct kept_trace {
    char *source; /* owned */
    uint64_t item;
};

struct kept_span {
    uint64_t id, parent;
    int64_t begin_ns, end_ns;
    uint32_t attempt;
    bool is_own;            /* of the item's own trace */
    char *resource, *name;  /* owned */
    char *outcome, *detail; /* owned */
    uint64_t *links;        /* owned; of those spans it was made */
    uint32_t link_count;
    size_t above, child, next; /* places of the parent, of the first child, of the next child of the same parent; SIZE_MAX: none */
};

struct span_tree {
    struct kept_trace *traces; /* owned; the first is the item's own */
    size_t trace_count, trace_capacity;
    struct kept_span *spans; /* owned */
    size_t count, capacity;
    bool failed; /* memory was out */
};

extern const struct table_column tree_columns[];
extern const size_t tree_column_count;

/* Follows the item `item` of `source`. */
void span_tree_init(struct span_tree *tree, const char *source, uint64_t item);
void span_tree_fini(struct span_tree *tree);
/* For struct tracer. */
void span_tree_span(void *context, const struct trace_span *span);
void span_tree_link(void *context, const struct trace_link *link);
/* A row a span, children below their parent, in the order in which they began; `indented`: a child's name is moved to the right. */
void span_tree_fill(struct span_tree *tree, struct table *table, bool indented);

#endif
