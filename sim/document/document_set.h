/* document_set.h: assignments that must be known before the tree is made: what the template is, and its parameters. For document.c, and
 * whoever has a tree already. */
#ifndef SLSIM_DOCUMENT_DOCUMENT_SET_H
#define SLSIM_DOCUMENT_DOCUMENT_SET_H

#include "document/document.h"
#include "engine/status.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* "template=..." and "parameters.X=...". */
bool document_set_is_early(const char *assignment);
/* Applies one of these, and leaves any other alone. Replaces *template_path. */
enum status document_set_early(struct document *document, const char *assignment, cJSON *parameters, cJSON **template_path);

#endif
