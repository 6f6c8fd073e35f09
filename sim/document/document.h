/* document.h: from files to one merged tree: extends, template, --set. */
#ifndef SLSIM_DOCUMENT_DOCUMENT_H
#define SLSIM_DOCUMENT_DOCUMENT_H

#include "document/diagnostics.h"
#include "document/json.h"
#include "engine/status.h"

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
    char *resolved_key; /* the last `key` of document_resolve; owned */
};

/* Reads `path` ("-": standard input), follows `extends` (relative to the file that says it; a cycle or more than 32 levels is an error;
 * merged by RFC 7386: objects key by key, null deletes, everything else replaces), puts the `Resources` of `template` (relative to the file
 * that says it) under the file's own, then applies `sets` in order. `extends`, `template` and `parameters` are gone from the tree.
 *
 * Of a template: Globals under the resources that its transform's name begins, Conditions (a resource whose condition is false is left
 * out), Mappings, Parameters (the scenario's "parameters": {"Name": value}, also by --set parameters.Name=value, else their defaults), and
 * the functions Ref, Fn::If, Fn::Sub, Fn::Join, Fn::Select, Fn::Split, Fn::FindInMap, Fn::GetAZs where no resource is needed to know them.
 * What mentions a resource stays as it is. The same functions work in the scenario's own Resources.
 *
 * STATUS_OK when there is a tree to check, even when diagnostics->error_count says that something in it is wrong already (a key given
 * twice, a --set that names nothing), so that all mistakes can be shown at once. */
enum status document_load(const char *path, const char *const *sets, size_t set_count, struct diagnostics *diagnostics,
                          struct document **document);
/* The same of a tree that has all of that behind it: what a manifest keeps. It is copied; its mistakes are shown in `path`, whose folder
 * its files are relative to. */
enum status document_of_tree(const cJSON *tree, const char *path, struct document **document);
/* The same once more, with its places and inputs, and `sets` over it, none of which is about the template. `original` is only read. */
enum status document_copy(const struct document *original, const char *const *sets, size_t set_count, struct diagnostics *diagnostics,
                          struct document **document);
void document_free(struct document *document);

/* Finds what a short path names, making objects on the way: "Api.MemorySize" is Resources.Api.Properties.MemorySize where Api is a
 * resource; "Maker.Events.Q.BatchSize" is ...Events.Q.Properties.BatchSize where Q has a Type and Properties; "Api.behavior.init" is
 * behavior.Api.init; "traffic.users.poisson" (or "users.poisson") the source of that name;
 * "account.X", "rules.X", "prices.X" (a book given by name becomes {"base": name}), any full path ("Resources.Api.Properties.Timeout") and
 * any top-level key. An existing final key need not be there. On success *parent is the object (or array) and *key the last name (the
 * document's, valid until the next call; for an array element its index as text). STATUS_INVALID with a diagnostic at `place` when a
 * resource, source or top-level key of that name does not exist, or when the path leads into something that is no object. */
enum status document_resolve(struct document *document, const char *path, struct place place, struct diagnostics *diagnostics,
                             cJSON **parent, char **key);

/* What was set on the command line has this and the path for a file. */
#define DOCUMENT_SET_PLACE "--set "

/* One "PATH=VALUE": VALUE is JSON where it parses as JSON, else a string (also an integer beyond 2^53, which a JSON number would not keep);
 * null takes the key away. What it sets has the place "--set PATH". */
enum status document_set(struct document *document, const char *assignment, struct diagnostics *diagnostics);

/* Hashes content for the manifest: 64 hex digits and a 0. */
void sha256_hex(const void *bytes, size_t length, char hex[65]);

/* Joins folder and path unless path is absolute ("." and "" join to `path` itself); the caller frees. NULL when memory is out. */
char *path_join(const char *folder, const char *path);

#endif
