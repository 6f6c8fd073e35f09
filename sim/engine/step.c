/* step.c: steps within steps. */
#include "engine/step.h"

#include <stdio.h>

void steps_visit(const struct step_list *steps, const char *path, step_visit *visit, void *context)
{
    for (size_t i = 0; i < steps->count; i++) {
        struct step *step = &steps->steps[i];
        char place[200], inner[260];
        if (path)
            snprintf(place, sizeof place, "%.150s[%zu]", path, i);
        visit(context, step, path ? place : NULL);
        for (size_t k = 0; k < step->branch_count; k++) {
            if (path && step->kind == STEP_PARALLEL)
                snprintf(inner, sizeof inner, "%s.parallel[%zu]", place, k);
            else if (path)
                snprintf(inner, sizeof inner, "%s.steps", place);
            steps_visit(&step->branches[k], path ? inner : NULL, visit, context);
        }
    }
}
