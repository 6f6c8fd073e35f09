/* fleet_text.h: what the schema and the reference say of `fleet`. */
#ifndef SLSIM_SCHEMA_FLEET_TEXT_H
#define SLSIM_SCHEMA_FLEET_TEXT_H

extern const char fleet_schema[];    /* ' stands for " */
extern const char fleet_reference[]; /* Markdown */

#endif
