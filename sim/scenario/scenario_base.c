/* scenario_base.c: what variants have in common. */
#include "scenario/scenario_base.h"

#include "document/document_set.h"

#include <stdlib.h>

bool scenario_base_serves(const char *const *sets, size_t set_count)
{
    for (size_t i = 0; i < set_count; i++)
        if (document_set_is_early(sets[i]))
            return false;
    return true;
}

void scenario_base_free(struct scenario_base *base)
{
    if (!base)
        return;
    rule_book_free(base->rules);
    price_book_free(base->prices);
    document_free(base->document);
    free(base->price_path);
    free(base);
}
