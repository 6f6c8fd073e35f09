/* refusals.h: tables of mistakes that a scenario is refused for, and what is said of each. */
#ifndef SLSIM_TESTS_REFUSALS_H
#define SLSIM_TESTS_REFUSALS_H

#include "model_fixture.h"

struct refusal {
    const char *part; /* stands in the scenario in the place of its one %s */
    const char *says; /* a part of a mistake's message */
};

static inline void assert_refused(struct model_run *run, const char *scenario, const struct refusal *list, size_t count)
{
    const char *place = strstr(scenario, "%s");
    assert_non_null(place);
    for (size_t i = 0; i < count; i++) {
        char *text = NULL;
        assert_true(asprintf(&text, "%.*s%s%s", (int)(place - scenario), scenario, list[i].part, place + 2) > 0);
        if (model_load(run, text) != STATUS_INVALID)
            fail_msg("case %zu is taken: %.300s", i, list[i].part);
        free(text);
        if (!diagnosed(&run->diagnostics, 0, 0, list[i].says)) {
            diagnostics_print(&run->diagnostics, stderr, false);
            fail_msg("case %zu wants \"%s\"", i, list[i].says);
        }
    }
}

#endif
