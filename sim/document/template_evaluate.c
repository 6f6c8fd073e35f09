/* template_evaluate.c: the functions of templates, evaluated from the inside out where no resource is needed to know their value, and their
 * conditions, each evaluated once, when it is asked for. */
#include "document/json_edit.h"
#include "document/template.h"
#include "document/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *template_function(const cJSON *node)
{
    if (!cJSON_IsObject(node) || node->child == NULL || node->child->next != NULL)
        return NULL;
    const char *name = node->child->string;
    return strcmp(name, "Ref") == 0 || strncmp(name, "Fn::", 4) == 0 ? name : NULL;
}

static cJSON *checked(struct template *template, cJSON *node)
{
    if (node == NULL)
        template->failed = true;
    return node;
}

static const cJSON *argument_at(const cJSON *arguments, int index)
{
    return cJSON_IsArray(arguments) ? cJSON_GetArrayItem(arguments, index) : NULL;
}

static cJSON *evaluate_ref(struct template *template, const cJSON *name)
{
    if (!cJSON_IsString(name))
        return NULL;
    const char *pseudo = template_pseudo_parameter(template, name->valuestring);
    if (pseudo != NULL)
        return checked(template, cJSON_CreateString(pseudo));
    return template_parameter(template, name->valuestring, name);
}

/* [separator, [texts]] */
static cJSON *evaluate_join(struct template *template, const cJSON *arguments)
{
    const cJSON *separator = argument_at(arguments, 0), *list = argument_at(arguments, 1);
    if (!cJSON_IsString(separator) || !cJSON_IsArray(list))
        return NULL;
    for (const cJSON *one = list->child; one != NULL; one = one->next)
        if (!cJSON_IsString(one) && !cJSON_IsNumber(one) && !cJSON_IsBool(one))
            return NULL;
    char *joined = NULL;
    size_t size;
    FILE *out = open_memstream(&joined, &size);
    bool good = out != NULL;
    for (const cJSON *one = list->child; good && one != NULL; one = one->next) {
        char *text = json_scalar_text(one);
        good = text != NULL;
        if (good)
            fprintf(out, "%s%s", one == list->child ? "" : separator->valuestring, text);
        free(text);
    }
    if (out != NULL)
        good = fclose(out) == 0 && good;
    cJSON *node = checked(template, good ? cJSON_CreateString(joined) : NULL);
    free(joined);
    return node;
}

/* [index, [values]] */
static cJSON *evaluate_select(struct template *template, const cJSON *arguments)
{
    const cJSON *index = argument_at(arguments, 0), *list = argument_at(arguments, 1);
    double number;
    if (cJSON_IsNumber(index))
        number = index->valuedouble;
    else if (!cJSON_IsString(index) || !units_parse_number(index->valuestring, &number))
        return NULL;
    if (!cJSON_IsArray(list))
        return NULL;
    if (!(number >= 0 && number < cJSON_GetArraySize(list))) {
        template_error(template, index, NULL, "the list has %d values", cJSON_GetArraySize(list));
        return NULL;
    }
    return checked(template, cJSON_Duplicate(cJSON_GetArrayItem(list, (int)number), true));
}

/* [separator, text] */
static cJSON *evaluate_split(struct template *template, const cJSON *arguments)
{
    const cJSON *separator = argument_at(arguments, 0), *text = argument_at(arguments, 1);
    if (!cJSON_IsString(separator) || !cJSON_IsString(text) || separator->valuestring[0] == 0)
        return NULL;
    cJSON *list = cJSON_CreateArray();
    const char *from = text->valuestring;
    while (list != NULL) {
        const char *end = strstr(from, separator->valuestring);
        char *part = end == NULL ? strdup(from) : strndup(from, (size_t)(end - from));
        cJSON *node = part == NULL ? NULL : cJSON_CreateString(part);
        free(part);
        if (node == NULL) {
            cJSON_Delete(list);
            list = NULL;
        } else {
            cJSON_AddItemToArray(list, node);
            if (end == NULL)
                break;
            from = end + strlen(separator->valuestring);
        }
    }
    return checked(template, list);
}

/* [map, key, key] */
static cJSON *evaluate_find_in_map(struct template *template, const cJSON *arguments)
{
    const cJSON *found = template_section(template, "Mappings");
    for (int i = 0; i < 3; i++) {
        const cJSON *key = argument_at(arguments, i);
        char *text = json_scalar_text(key);
        if (text == NULL)
            return NULL;
        const cJSON *inner = cJSON_GetObjectItemCaseSensitive(found, text);
        if (inner == NULL) {
            char hint[160];
            template_error(template, key, template_suggestion(found, text, hint, sizeof hint), "there is no \"%s\" in the mappings", text);
        }
        free(text);
        if (inner == NULL)
            return checked(template, cJSON_CreateNull()); /* what is not given: one mistake is one message */
        found = inner;
    }
    return template_charge(template, template_weight(found)) ? checked(template, cJSON_Duplicate(found, true)) : NULL;
}

static cJSON *evaluate_zones(struct template *template, const cJSON *region)
{
    const char *name =
        cJSON_IsString(region) && region->valuestring[0] != 0 ? region->valuestring : template_pseudo_parameter(template, "AWS::Region");
    cJSON *list = cJSON_CreateArray();
    for (char zone = 'a'; list != NULL && zone <= 'c'; zone++) {
        char text[80];
        snprintf(text, sizeof text, "%.60s%c", name, zone);
        cJSON *node = checked(template, cJSON_CreateString(text));
        if (node != NULL)
            cJSON_AddItemToArray(list, node);
    }
    return checked(template, list);
}

/* What stands in "${name}": out of the function's own variables, the pseudo parameters, the parameters. NULL: a resource, or not known. */
static char *substitute(struct template *template, const char *name, const cJSON *variables, const cJSON *where)
{
    const cJSON *variable = cJSON_GetObjectItemCaseSensitive(variables, name);
    if (variable != NULL)
        return template_charge(template, template_weight(variable)) ? json_scalar_text(variable) : NULL;
    const char *pseudo = template_pseudo_parameter(template, name);
    if (pseudo != NULL)
        return strdup(pseudo);
    cJSON *value = template_parameter(template, name, where);
    char *text = json_scalar_text(value);
    places_delete(template->places, value);
    return text;
}

/* Writes `text` with what can be substituted. `plain`: nothing is left over, so "${!x}" becomes "${x}". Gives how many are left over. */
static size_t write_substituted(struct template *template, FILE *out, const cJSON *text, const cJSON *variables, bool plain)
{
    size_t left_over = 0;
    const char *at = text->valuestring;
    for (const char *open; !template->failed && (open = strstr(at, "${")) != NULL;) {
        const char *close = strchr(open, '}');
        if (close == NULL)
            break;
        fwrite(at, 1, (size_t)(open - at), out);
        at = close + 1;
        char *name = strndup(open + 2, (size_t)(close - open - 2));
        char *value = NULL;
        if (name == NULL) {
            template->failed = true;
        } else if (name[0] == '!') {
            fprintf(out, "${%s}", plain ? name + 1 : name);
        } else {
            value = substitute(template, name, variables, text);
            left_over += value == NULL;
            if (value != NULL)
                fputs(value, out);
            else
                fprintf(out, "${%s}", name);
        }
        free(name);
        free(value);
    }
    fputs(at, out);
    return left_over;
}

/* The text, substituted; the caller frees. *left_over as above. */
static char *substituted(struct template *template, const cJSON *text, const cJSON *variables, bool plain, size_t *left_over)
{
    char *result = NULL;
    size_t size;
    FILE *out = open_memstream(&result, &size);
    if (out == NULL) {
        template->failed = true;
        return NULL;
    }
    *left_over = write_substituted(template, out, text, variables, plain);
    if (fclose(out) != 0 || template->failed) {
        template->failed = true;
        free(result);
        return NULL;
    }
    return result;
}

/* "text" or ["text", {"variable": value}]. Where a resource is mentioned the call stays, with the rest substituted. */
static cJSON *evaluate_sub(struct template *template, cJSON *argument)
{
    cJSON *text = cJSON_IsArray(argument) ? argument->child : argument;
    const cJSON *variables = argument_at(argument, 1);
    if (!cJSON_IsString(text))
        return NULL;
    size_t left_over = 0;
    char *result = substituted(template, text, variables, true, &left_over);
    if (result != NULL && left_over > 0) {
        free(result);
        result = substituted(template, text, variables, false, &left_over);
        if (result != NULL && cJSON_SetValuestring(text, result) == NULL)
            template->failed = true;
        free(result);
        return NULL;
    }
    cJSON *node = result == NULL ? NULL : checked(template, cJSON_CreateString(result));
    free(result);
    return node;
}

/* The value of the call, a new node; NULL where it has to stay. */
static cJSON *evaluate_call(struct template *template, const char *function, cJSON *argument)
{
    if (strcmp(function, "Ref") == 0)
        return evaluate_ref(template, argument);
    if (strcmp(function, "Fn::Sub") == 0)
        return evaluate_sub(template, argument);
    if (strcmp(function, "Fn::Join") == 0)
        return evaluate_join(template, argument);
    if (strcmp(function, "Fn::Select") == 0)
        return evaluate_select(template, argument);
    if (strcmp(function, "Fn::Split") == 0)
        return evaluate_split(template, argument);
    if (strcmp(function, "Fn::FindInMap") == 0)
        return evaluate_find_in_map(template, argument);
    if (strcmp(function, "Fn::GetAZs") == 0)
        return evaluate_zones(template, argument);
    return NULL;
}

/* [condition, then, else]: the branch that holds takes the call's place, before anything in the other one is looked at. */
static cJSON *choose(struct template *template, cJSON *parent, cJSON *call)
{
    cJSON *arguments = call->child;
    const cJSON *condition = argument_at(arguments, 0);
    if (!cJSON_IsString(condition) || cJSON_GetArraySize(arguments) != 3) {
        template_error(template, call, "{\"Fn::If\": [condition, then, else]}", "Fn::If wants a condition's name and two values");
        return NULL;
    }
    bool holds = template_condition(template, condition->valuestring, condition);
    cJSON *branch = cJSON_DetachItemFromArray(arguments, holds ? 1 : 2);
    json_replace(template->places, parent, call, branch);
    return branch;
}

static void evaluate_node(struct template *template, cJSON *parent, cJSON *node)
{
    const char *function = template_function(node);
    while (function != NULL && strcmp(function, "Fn::If") == 0) {
        node = choose(template, parent, node);
        if (node == NULL)
            return;
        function = template_function(node);
    }
    template_evaluate(template, node);
    if (function == NULL || node->child == NULL || template->failed)
        return;
    if (strcmp(function, "Ref") == 0 && cJSON_IsString(node->child) && strcmp(node->child->valuestring, "AWS::NoValue") == 0) {
        json_remove(template->places, parent, node);
        return;
    }
    cJSON *value = evaluate_call(template, function, node->child);
    if (value == NULL)
        return;
    struct place place = places_of(template->places, node);
    json_set_places(template->places, value, place);
    json_replace(template->places, parent, node, value);
}

void template_evaluate(struct template *template, cJSON *node)
{
    cJSON *next;
    for (cJSON *child = node->child; child != NULL && !template->failed; child = next) {
        next = child->next;
        evaluate_node(template, node, child);
    }
}

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
        return true; /* what it guards stays, so that one mistake is one message */
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
