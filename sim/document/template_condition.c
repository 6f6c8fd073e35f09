/* template_condition.c: a template's conditions, each evaluated once, when it is asked for. */
#include "document/json_edit.h"
#include "document/template.h"

#include <stdlib.h>
#include <string.h>

enum { NOT_ASKED, BEING_ASKED, HOLDS, DOES_NOT_HOLD };

static bool evaluate(struct template *template, const cJSON *expression);

/* Equal as texts: a template's "1" and 1 are the same. */
static bool equal(const cJSON *a, const cJSON *b)
{
    char *text = json_scalar_text(a), *other = json_scalar_text(b);
    bool result = text != NULL && other != NULL ? strcmp(text, other) == 0 : cJSON_Compare(a, b, true);
    free(text);
    free(other);
    return result;
}

static bool evaluate_equals(struct template *template, const cJSON *arguments)
{
    cJSON *copy = json_copy(template->places, arguments);
    if (copy == NULL) {
        template->failed = true;
        return false;
    }
    template_evaluate(template, copy);
    bool result = cJSON_GetArraySize(copy) == 2 && equal(copy->child, copy->child->next);
    places_delete(template->places, copy);
    return result;
}

static bool evaluate_all(struct template *template, const cJSON *arguments, bool wanted)
{
    for (const cJSON *one = arguments->child; one != NULL; one = one->next)
        if (evaluate(template, one) != wanted)
            return !wanted;
    return wanted;
}

static bool evaluate(struct template *template, const cJSON *expression)
{
    const cJSON *argument = cJSON_IsObject(expression) && cJSON_GetArraySize(expression) == 1 ? expression->child : NULL;
    const char *function = argument == NULL ? "" : argument->string;
    if (cJSON_IsBool(expression))
        return cJSON_IsTrue(expression);
    if (cJSON_IsString(expression) && (strcmp(expression->valuestring, "true") == 0 || strcmp(expression->valuestring, "false") == 0))
        return strcmp(expression->valuestring, "true") == 0;
    if (strcmp(function, "Condition") == 0 && cJSON_IsString(argument))
        return template_condition(template, argument->valuestring, argument);
    if (strcmp(function, "Fn::Equals") == 0 && cJSON_IsArray(argument) && cJSON_GetArraySize(argument) == 2)
        return evaluate_equals(template, argument);
    if (strcmp(function, "Fn::Not") == 0 && cJSON_IsArray(argument) && cJSON_GetArraySize(argument) == 1)
        return !evaluate(template, argument->child);
    if (strcmp(function, "Fn::And") == 0 && cJSON_IsArray(argument))
        return evaluate_all(template, argument, true);
    if (strcmp(function, "Fn::Or") == 0 && cJSON_IsArray(argument))
        return evaluate_all(template, argument, false);
    template_error(template, expression, "Fn::Equals of two values, Fn::Not, Fn::And and Fn::Or of conditions, or {\"Condition\": name}",
                   "this is no condition");
    return false;
}

bool template_condition(struct template *template, const char *name, const cJSON *where)
{
    char hint[160];
    const cJSON *conditions = template_section(template, "Conditions");
    const cJSON *condition = conditions == NULL ? NULL : conditions->child;
    size_t index = 0;
    for (; condition != NULL && strcmp(condition->string, name) != 0; condition = condition->next)
        index++;
    if (condition == NULL) {
        template_error(template, where, template_suggestion(conditions, name, hint, sizeof hint), "there is no condition \"%s\"", name);
        return false;
    }
    unsigned char *known = &template->conditions[index];
    if (*known == BEING_ASKED) {
        template_error(template, where, NULL, "the condition \"%s\" depends on itself", name);
        return false;
    }
    if (*known == NOT_ASKED) {
        *known = BEING_ASKED;
        *known = evaluate(template, condition) ? HOLDS : DOES_NOT_HOLD;
    }
    return *known == HOLDS;
}
