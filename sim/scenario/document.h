/* document.h: from files to one merged tree: extends, template, --set. */
#ifndef SLSIM_SCENARIO_DOCUMENT_H
#define SLSIM_SCENARIO_DOCUMENT_H

#include "engine/status.h"
#include "scenario/diagnostics.h"
#include "scenario/json.h"

#include <cjson/cJSON.h>
#include <stddef.h>

/* Notes every file that is read: `path` as opened, its content hashed. */
struct document_input {
    char *path;
    char sha256[65];
};

struct document {
    cJSON *tree;           /* the merged scenario; owned */
    struct places *places; /* owned */
    char *folder;          /* of the scenario file ("." for standard input); owned */
    struct document_input *inputs;
    size_t input_count, input_capacity;
};

/* Reads `path` ("-": standard input), follows `extends` (relative to the file that says it; a cycle or more than 32 levels is an error;
 * merged by RFC 7386: objects key by key, null deletes, everything else replaces), merges the `Resources` of `template` under the file's
 * own (JSON templates; Parameters' defaults, Globals.Function, Conditions and the like as far as they are needed to read Resources), then
 * applies `sets` in order. `extends` and `template` are gone from the tree. */
enum status document_load(const char *path, const char *const *sets, size_t set_count, struct diagnostics *diagnostics,
                          struct document **document);
void document_free(struct document *document);

/* Finds what a short path names, making objects on the way: "Api.MemorySize" is Resources.Api.Properties.MemorySize where Api is a
 * resource; "Api.behavior.init"; "traffic.users.poisson" the source of that name; "account.X", "rules.X", "prices.X", any full path
 * ("Resources.Api.Properties.Timeout") and any top-level key. An existing final key need not be there. On success *parent is the object (or
 * array) and *key the last name (borrowed from `path`'s copy in the tree: valid until the next call; for an array element its index as
 * text). STATUS_INVALID with a diagnostic when a resource, source or top-level key of that name does not exist. */
enum status document_resolve(struct document *document, const char *path, struct place place, struct diagnostics *diagnostics,
                             cJSON **parent, char **key);

/* One "PATH=VALUE": VALUE is JSON where it parses as JSON, else a string. */
enum status document_set(struct document *document, const char *assignment, struct diagnostics *diagnostics);

/* Hashes content for the manifest: 64 hex digits and a 0. */
void sha256_hex(const void *bytes, size_t length, char hex[65]);

/* Joins folder and path unless path is absolute; the caller frees. NULL when memory is out. */
char *path_join(const char *folder, const char *path);

#endif
