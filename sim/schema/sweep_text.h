/* sweep_text.h: `sweep` as the schema and the reference page show it. */
#ifndef SLSIM_SCHEMA_SWEEP_TEXT_H
#define SLSIM_SCHEMA_SWEEP_TEXT_H

extern const char sweep_schema[]; /* with ' for " */
extern const char sweep_reference[];

#endif
