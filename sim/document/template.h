/* template.h: a deployment template's resources as they come out when its parameters, mappings, conditions and global defaults are applied.
 * The functions of templates that can be known without any resource are evaluated; what mentions a resource stays. */
#ifndef SLSIM_DOCUMENT_TEMPLATE_H
#define SLSIM_DOCUMENT_TEMPLATE_H

#include "document/diagnostics.h"
#include "document/json.h"
#include "engine/status.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct template
{
    cJSON *tree;            /* the template without its Resources; owned; NULL where a scenario has none */
    const cJSON *given;     /* the scenario's `parameters`; borrowed, may be NULL */
    const char *stack_name; /* borrowed */
    struct places *places;
    struct diagnostics *diagnostics;
    unsigned char *conditions; /* what is known of each; private to template_evaluate.c; owned */
    size_t made;               /* bytes of what was made out of parameters, mappings and defaults */
    bool too_large;            /* that got out of hand; diagnosed */
    bool failed;               /* memory ran out, or too_large */
};

/* Takes `tree` (may be NULL). */
enum status template_init(struct template *template, cJSON *tree, const cJSON *given, const char *stack_name, struct places *places,
                          struct diagnostics *diagnostics);
void template_fini(struct template *template);

/* The template's Resources, evaluated; the caller's. NULL when it has none (diagnosed) or when memory is out. */
cJSON *template_take_resources(struct template *template);
/* Evaluates what stands in `resources`, in place: conditions of the resources, then functions. */
void template_resolve(struct template *template, cJSON *resources);

/* The rest is for the files of the template alone. */

/* A new node with the parameter's value; NULL when there is no such parameter. `where` is who asks. */
cJSON *template_parameter(struct template *template, const char *name, const cJSON *where);
/* A pseudo parameter's text ("AWS::Region"), or NULL. Borrowed. */
const char *template_pseudo_parameter(const struct template *template, const char *name);
/* Counts `bytes` that are about to be made. False, and diagnosed, when they are too many: a small file can ask for very much. */
bool template_charge(struct template *template, size_t bytes);
/* Roughly what a copy of `node` takes. */
size_t template_weight(const cJSON *node);
/* Is the condition of that name true? False too when it does not exist or makes no sense, which is diagnosed. */
bool template_condition(struct template *template, const char *name, const cJSON *where);
/* Evaluates all below `node`. */
void template_evaluate(struct template *template, cJSON *node);
/* The name of the function that `node` calls ("Ref", "Fn::Sub"), or NULL when it is none. */
const char *template_function(const cJSON *node);
/* An object member of the template ("Mappings"), or NULL. */
const cJSON *template_section(const struct template *template, const char *name);
/* Reports at the place of `node`. */
__attribute__((format(printf, 4, 5))) void template_error(struct template *template, const cJSON *node, const char *hint,
                                                          const char *format, ...);
/* "did you mean "X"?" out of the object's keys, or NULL; in `buffer`. */
const char *template_suggestion(const cJSON *object, const char *word, char *buffer, size_t size);

#endif
