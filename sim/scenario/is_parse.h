/* is_parse.h: "<= 3", "within 2% of 7.68", "between 3 and 5": comparisons with units. */
#ifndef SLSIM_SCENARIO_IS_PARSE_H
#define SLSIM_SCENARIO_IS_PARSE_H

#include "notation/parse.h"
#include "scenario/scenario.h"

enum is_unit {
    IS_COUNT,   /* bare */
    IS_TIME,    /* carries its unit; in ns */
    IS_PERCENT, /* carries its unit; 0 to 100 */
    IS_SIZE,    /* carries its unit; in bytes */
    IS_MONEY    /* "$120"; in USD */
};

/* Sets comparison, value and other. False after reporting. */
bool is_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, enum is_unit unit, struct expectation *expectation);

#endif
