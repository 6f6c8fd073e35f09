/* function_package.c: what a function is made of. Sources: Lambda developer guide, "Lambda quotas", "Working with layers", "Using
 * environment variables", "Create a function using a container image"; CloudFormation, AWS::Lambda::Function Code; for images: Brooker and
 * others, "On-demand Container Loading in AWS Lambda", USENIX ATC 2023. */
#include "function_package.h"

#include "engine/rule_book.h"
#include "function_runtime.h"
#include "function_state.h"
#include "scenario/validation.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MIB (1024.0 * 1024)
#define AT(field) offsetof(struct function, config.package.field)
#define CODE(field) offsetof(struct code_source, field)

static const char *const package_types[] = {"Zip", "Image", NULL};

static const struct property variable_rows[] = {
    {PROPERTY_ITSELF, PROPERTY_STRING, offsetof(struct environment_variable, value), .help = "Its value."},
    {0},
};

static const struct property environment_properties[] = {
    {"Variables", PROPERTY_MAP, AT(variables), .properties = variable_rows, .size = sizeof(struct environment_variable),
     .help = "All together, names and values, may have 4 KB."},
    {0},
};

static const struct property image_properties[] = {
    {"Command", PROPERTY_STRINGS, AT(command), .help = "CMD of the image."},
    {"EntryPoint", PROPERTY_STRINGS, AT(entry_point), .help = "ENTRYPOINT of the image."},
    {"WorkingDirectory", PROPERTY_STRING, AT(directory), .help = "WORKDIR of the image."},
    {0},
};

const struct property function_package_properties[] = {
    {"PackageType", PROPERTY_ENUM, AT(type), .choices = package_types, .fallback = "\"Zip\"",
     .help = "Zip archive or container image: decides the default `init`, and by the 2022 rules whether INIT is billed."},
    {"Layers", PROPERTY_STRINGS, AT(layers), .minimum = "0", .maximum = "layers_max",
     .help = "Layers of a zip archive; those that are here and say their `code_size` count with the function's own."},
    {"Environment", PROPERTY_OBJECT, 0, .properties = environment_properties, .help = "Environment variables."},
    {"ImageConfig", PROPERTY_OBJECT, 0, .properties = image_properties, .help = "What an image is started with."},
    {0},
};

static const struct property code_rows[] = {
    {PROPERTY_ITSELF, PROPERTY_STRING, CODE(path), .help = "A path, which is uploaded to a bucket."},
    {"S3Bucket", PROPERTY_STRING, CODE(bucket), .help = "The bucket of the archive."},
    {"ZipFile", PROPERTY_STRING, CODE(text), .help = "The code itself, of Node.js and Python: 4 MB, and nothing but that."},
    {"ImageUri", PROPERTY_STRING, CODE(image), .help = "The image, of PackageType Image."},
    {"S3Key", PROPERTY_STRING, CODE(key), .help = "The archive's name there."},
    {"S3ObjectVersion", PROPERTY_STRING, CODE(version), .help = "Its version, of a bucket that keeps versions."},
    ACCEPTED("SourceKMSKeyArn"),
    {0},
};

const struct property function_code_properties[] = {
    {"Code", PROPERTY_LIST, AT(source), .properties = code_rows, .size = sizeof(struct code_source), .lone = true, .minimum = "0",
     .maximum = "1", .help = "Where its code is."},
    {0},
};

const struct property serverless_code_properties[] = {
    ACCEPTED("CodeUri"),
    {"InlineCode", PROPERTY_STRING, AT(text), .help = "The code itself, of Node.js and Python: 4 MB, and nothing but that."},
    {"ImageUri", PROPERTY_STRING, AT(image), .help = "The image, of PackageType Image."},
    {0},
};

const struct property function_package_behavior[] = {
    {"code_size", PROPERTY_SIZE, AT(code_bytes),
     .help = "Unzipped package without its layers, or image: checked against the quota, and a larger archive takes longer to start where "
             "`init` is left out."},
    {"zip_size", PROPERTY_SIZE, AT(zip_bytes),
     .help =
         "The package as an archive; left out: of `code_size` what rule cold_package_zip_share says. More than 50 MB go through a bucket."},
    {"image_read", PROPERTY_SIZE, AT(read_bytes), .fallback = "0",
     .help = "What INIT reads of its image beyond the runtime: it comes in chunks, and INIT takes so much longer, `init` given or not."},
    {"image_cached", PROPERTY_PROBABILITY, AT(cached), .given = PROPERTY_GIVEN(struct function, config.package.cached_given),
     .help = "Share of those chunks that are in a cache of the worker or the zone, as those of common base images are; left out: rule "
             "image_cached_share."},
    {0},
};

void function_package_resolve(struct validation *validation, struct function_config *config)
{
    const struct string_list *layers = &config->package.layers;
    config->package.layer_bytes = 0;
    config->key = config->key_text ? validation_named(validation, config->key_text) : ENTITY_NONE;
    if (config->key != ENTITY_NONE && !model_is(validation_type(validation, config->key), "AWS::KMS::Key"))
        config->key = ENTITY_NONE;
    for (size_t i = 0; i < layers->count && config->package.type == PACKAGE_ZIP; i++) {
        uint32_t layer = layers->items[i] ? validation_named(validation, layers->items[i]) : ENTITY_NONE;
        const struct model_type *type = layer != ENTITY_NONE ? validation_type(validation, layer) : NULL;
        if (type && (model_is(type, LAYER_TYPE) || model_is(type, SERVERLESS_LAYER_TYPE)))
            config->package.layer_bytes += ((const struct layer_version *)validation_config(validation, layer))->code_bytes;
    }
}

static double archive_mb(const struct rule_book *rules, const struct package_config *package)
{
    double share = rule_number(rules, "cold_package_zip_share");
    double own = package->zip_bytes > 0 ? (double)package->zip_bytes : share * (double)package->code_bytes;
    return (own + share * (double)package->layer_bytes) / MIB;
}

double function_package_load_ns(const struct rule_book *rules, const struct package_config *package)
{
    if (package->type == PACKAGE_IMAGE || package->code_bytes + package->zip_bytes + package->layer_bytes == 0)
        return 0;
    return rule_number(rules, "cold_package_ms_per_mb") * archive_mb(rules, package) * (double)NS_PER_MS;
}

double function_image_place_ns(const struct rule_book *rules, const struct package_config *package)
{
    if (package->type != PACKAGE_IMAGE || package->code_bytes == 0)
        return 0;
    return rule_number(rules, "cold_image_ms_per_gb") * (double)package->code_bytes / MIB / 1024 * (double)NS_PER_MS;
}

double function_image_read_ns(const struct rule_book *rules, const struct package_config *package)
{
    if (package->type != PACKAGE_IMAGE || package->read_bytes == 0)
        return 0;
    double cached = package->cached_given ? package->cached : rule_number(rules, "image_cached_share");
    double chunks = ceil((double)package->read_bytes / (rule_number(rules, "image_chunk_kib") * 1024));
    double cached_us = (1 - rule_number(rules, "image_chunk_local_share")) * rule_number(rules, "image_chunk_zone_us");
    double origin_us = rule_number(rules, "image_chunk_origin_ms") * 1000;
    double each_us = cached * cached_us + (1 - cached) * origin_us;
    return chunks * each_us / rule_number(rules, "image_chunks_at_once") * 1000;
}

/* Is `word` among those of the list, apart by spaces? */
static bool names_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (strcspn(at, " ") == length && strncmp(at, word, length) == 0)
            return true;
    return false;
}

/* A letter, and letters, digits and "_". */
static bool is_variable_name(const char *name)
{
    if (!isalpha((unsigned char)*name))
        return false;
    while (isalnum((unsigned char)*name) || *name == '_')
        name++;
    return !*name;
}

/* What the X-Ray SDK reads: what to do without a segment, and where the daemon listens. Source: X-Ray developer guide, "Configuring the
 * X-Ray SDK"; Lambda developer guide, "Using AWS Lambda environment variables". */
static void check_xray_variable(struct validation *validation, const char *key, const char *name, const char *value)
{
    const char *colon = strrchr(value, ':');
    if (strstr(value, "${"))
        return;
    if (strcmp(name, "AWS_XRAY_CONTEXT_MISSING") == 0 &&
        !names_word(rule_text(validation_rules(validation), "xray_context_missing_values"), value))
        validation_warning(validation, key, "LOG_ERROR is what Lambda sets", "the X-Ray SDK knows no AWS_XRAY_CONTEXT_MISSING \"%.60s\"",
                           value);
    if (strcmp(name, "AWS_XRAY_DAEMON_ADDRESS") == 0 &&
        (!colon || colon == value || !colon[1] || colon[1 + strspn(colon + 1, "0123456789")]))
        validation_warning(validation, key, "such as 169.254.79.129:2000",
                           "the X-Ray daemon's address is ADDRESS:PORT, and \"%.60s\" is none", value);
}

static void check_variables(struct validation *validation, const struct package_config *package)
{
    const struct rule_book *rules = validation_rules(validation);
    const struct environment_variable *variables = package->variables.items;
    size_t bytes = 0, most = (size_t)rule_bytes(rules, "env_vars_max_kb");
    for (size_t i = 0; i < package->variables.count; i++) {
        const char *name = variables[i].name, *value = variables[i].value;
        char key[320];
        if (!name)
            continue;
        snprintf(key, sizeof key, "Environment.Variables.%.255s", name);
        if (names_word(rule_text(rules, "env_reserved_names"), name))
            validation_error(validation, key, "Lambda sets it itself: choose another name", "%.100s is a reserved environment variable",
                             name);
        else if (!is_variable_name(name))
            validation_error(validation, key, "a letter, and letters, digits and \"_\"", "\"%.100s\" can be no environment variable", name);
        if (value)
            check_xray_variable(validation, key, name, value);
        /* What an intrinsic function stands for is not known here. */
        bytes += strlen(name) + (value && !strstr(value, "${") ? strlen(value) : 0);
    }
    if (bytes > most)
        validation_error(validation, "Environment.Variables", "keep large settings in Parameter Store, Secrets Manager or a bucket",
                         "environment variables may have %zu bytes together, names and values, and these have %zu", most, bytes);
}

static size_t text_bytes(const struct string_list *list)
{
    size_t bytes = 0;
    for (size_t i = 0; i < list->count; i++)
        bytes += list->items[i] ? strlen(list->items[i]) : 0;
    return bytes;
}

static void check_image(struct validation *validation, const struct package_config *package, const char *image, const char *image_key)
{
    size_t settings =
        text_bytes(&package->command) + text_bytes(&package->entry_point) + (package->directory ? strlen(package->directory) : 0);
    size_t most = (size_t)rule_bytes(validation_rules(validation), "image_settings_max_kb");
    bool is_image = package->type == PACKAGE_IMAGE;
    if (image && !is_image)
        validation_error(validation, image_key, "PackageType: \"Image\"", "an image needs PackageType Image, and this is Zip");
    if (is_image && package->layers.count > 0)
        validation_error(validation, "Layers", "put what they hold into the image", "layers are for zip archives, and this is an image");
    if (is_image && package->zip_bytes > 0)
        validation_error(validation, "behavior.zip_size", "say its code_size", "an image is no archive");
    if (!is_image && package->read_bytes > 0)
        validation_error(validation, "behavior.image_read", "PackageType: \"Image\"", "there is no image to read: this is a zip archive");
    if (is_image && package->code_bytes > 0 && package->read_bytes > package->code_bytes)
        validation_error(validation, "behavior.image_read", "at most code_size", "INIT cannot read more of the image than there is");
    if (settings > most)
        validation_error(validation, "ImageConfig", NULL, "an image's settings may have %zu bytes, and these have %zu", most, settings);
}

/* Code in the template: two languages, nothing beside it, and no more than CloudFormation takes. */
static void check_inline(struct validation *validation, const struct function_config *config, const char *text, const char *key)
{
    const struct rule_book *rules = validation_rules(validation);
    double most = (double)rule_bytes(rules, "inline_code_max_mb");
    char family[40];
    if (!text)
        return;
    snprintf(family, sizeof family, "%.*s", (int)strcspn(config->runtime, "0123456789."), config->runtime);
    if (config->package.type == PACKAGE_IMAGE)
        validation_error(validation, key, "leave it out", "an image has no code in the template");
    else if (!names_word(rule_text(rules, "inline_code_runtimes"), family))
        validation_error(validation, key, "put the archive into a bucket", "code in the template is for Node.js and Python, not for %.40s",
                         config->runtime);
    if ((double)strlen(text) > most)
        validation_error(validation, key, "put the archive into a bucket", "code in the template may have %.0f MB, and this has %.1f MB",
                         most / MIB, (double)strlen(text) / MIB);
    else if ((double)config->package.code_bytes > most)
        validation_error(validation, "behavior.code_size", "put the archive into a bucket: dependencies cannot stand in a template",
                         "code in the template may have %.0f MB, and this has %.1f MB", most / MIB,
                         (double)config->package.code_bytes / MIB);
}

static void check_sizes(struct validation *validation, const struct function_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    const struct package_config *package = &config->package;
    bool image = package->type == PACKAGE_IMAGE;
    double most = (double)rule_bytes(rules, image ? "image_max_gb" : "unzipped_max_mb");
    double bytes = (double)package->code_bytes + (double)package->layer_bytes,
           direct = (double)rule_bytes(rules, "zip_direct_upload_max_mb");
    const char *key = package->code_bytes > 0 ? "behavior.code_size" : "Layers";
    if (bytes > most)
        validation_error(validation, key, image ? NULL : "a container image may have 10 GB", "%.1f MB is over the %.0f MB that %s may have",
                         bytes / MIB, most / MIB, image ? "an image" : "a zip with its layers");
    if (package->code_bytes > 0 && package->zip_bytes > package->code_bytes)
        validation_error(validation, "behavior.zip_size", "code_size is what is unzipped", "an archive is no larger than what is in it");
    bool uploads = !validation_written(validation, "Code") && !validation_written(validation, "CodeUri");
    if (!image && uploads && (double)package->zip_bytes > direct)
        validation_warning(validation, "behavior.zip_size", "put it into a bucket: Code: {\"S3Bucket\": ..., \"S3Key\": ...}, or CodeUri",
                           "an archive of %.1f MB cannot be uploaded directly: over %.0f MB it goes through a bucket",
                           (double)package->zip_bytes / MIB, direct / MIB);
}

/* Code comes from one place: an archive in a bucket, text in the template, or an image. */
static void check_source(struct validation *validation, const struct code_source *source)
{
    int places = !!source->bucket + !!source->text + !!source->image;
    if (places > 1)
        validation_error(validation, "Code", "keep S3Bucket with S3Key, ZipFile or ImageUri",
                         "code comes from one place, and here are %d: a bucket, the template or an image", places);
    else if (!source->bucket && (source->key || source->version))
        validation_error(validation, "Code", "add S3Bucket", "%s names an archive, and no bucket",
                         source->key ? "S3Key" : "S3ObjectVersion");
    else if (source->bucket && !source->key)
        validation_error(validation, "Code", "add S3Key: the archive's name in the bucket",
                         "S3Bucket names a bucket, and no archive in it");
}

/* CreateFunction: Runtime and Handler are mandatory for an archive, and neither goes with an image, whose settings say what is run. A
 * function that says nothing of its code is a model of one, and Runtime says which INIT it has. */
static void check_entry(struct validation *validation, const struct package_config *package, const char *code)
{
    bool image = package->type == PACKAGE_IMAGE;
    bool handler = validation_written(validation, "Handler"), runtime = validation_written(validation, "Runtime");
    if (validation_allowed(validation, "package"))
        return;
    if (image && handler)
        validation_error(validation, "Handler", "ImageConfig.Command, or the image's CMD, or allow_invalid: [\"package\"]",
                         "an image takes no Handler: what it runs is in the image");
    if (image && runtime && code)
        validation_error(validation, "Runtime", "leave it out, and give behavior.init, or allow_invalid: [\"package\"]",
                         "an image takes no Runtime: it holds its own");
    if (!image && code && !(handler && runtime)) /* nothing here depends on it */
        validation_warning(validation, code,
                           handler   ? "such as nodejs24.x"
                           : runtime ? "such as app.handler"
                                     : NULL,
                           "AWS refuses an archive without %s",
                           handler   ? "Runtime"
                           : runtime ? "Handler"
                                     : "Handler and Runtime");
}

/* What says where the code is; NULL: nothing does. */
static const char *code_key(const struct validation *validation)
{
    static const char *const keys[] = {"Code", "CodeUri", "InlineCode", "ImageUri"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (validation_written(validation, keys[i]))
            return keys[i];
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool function_package_same(const struct package_config *a, const struct package_config *b)
{
    const struct code_source *left = a->source.items, *right = b->source.items;
    return a->source.count == 1 && b->source.count == 1 && same_text(left->path, right->path) && same_text(left->bucket, right->bucket) &&
           same_text(left->key, right->key) && same_text(left->version, right->version) && same_text(left->text, right->text) &&
           same_text(left->image, right->image);
}

/* AWS's own base images are named by language and version: "lambda/nodejs:12", "aws-lambda-nodejs:12". */
static void check_base_image(struct validation *validation, const char *image, const char *key)
{
    static const char *const before[] = {"public.ecr.aws/lambda/", "aws-lambda-"};
    for (size_t i = 0; image && i < sizeof before / sizeof *before; i++) {
        const char *language = strstr(image, before[i]);
        if (!language)
            continue;
        language += strlen(before[i]);
        size_t word = strcspn(language, ":");
        const char *version = language[word] ? language + word + 1 : "";
        char runtime[60];
        bool node = word == 6 && strncmp(language, "nodejs", word) == 0;
        snprintf(runtime, sizeof runtime, "%.*s%.*s%s", (int)(word < 20 ? word : 20), language, (int)strspn(version, "0123456789."),
                 version, node ? ".x" : "");
        function_runtime_base(validation, key, runtime);
        return;
    }
}

/* "arn:aws:kms:REGION:ACCOUNT:key/ID"; an alias is none. Source: CreateFunction, KMSKeyArn. */
static void check_key(struct validation *validation, const struct function_config *config)
{
    const char *text = config->key_text;
    uint32_t named = text ? validation_named(validation, text) : ENTITY_NONE;
    if (named != ENTITY_NONE && named != config->key)
        validation_error(validation, "KmsKeyArn", "{\"Fn::GetAtt\": [\"Key\", \"Arn\"]} of an AWS::KMS::Key", "%s is no key",
                         validation_name(validation, named));
    else if (config->key == ENTITY_NONE && text && *text && !strstr(text, "${") &&
             (strncmp(text, "arn:aws", 7) != 0 || !strstr(text, ":kms:") || !strstr(text, ":key/")))
        validation_error(validation, "KmsKeyArn", "such as arn:aws:kms:us-east-1:123456789012:key/1234abcd-...",
                         "\"%.80s\" is no key's ARN", text);
}

void function_package_check(struct validation *validation, const struct function_config *config)
{
    const struct package_config *package = &config->package;
    const struct code_source *source = package->source.count > 0 ? package->source.items : NULL;
    check_variables(validation, package);
    check_key(validation, config);
    check_sizes(validation, config);
    if (source)
        check_source(validation, source);
    check_entry(validation, package, code_key(validation));
    check_base_image(validation, source ? source->image : package->image, source ? "Code.ImageUri" : "ImageUri");
    check_image(validation, package, source ? source->image : package->image, source ? "Code.ImageUri" : "ImageUri");
    if (source)
        check_inline(validation, config, source->text, "Code.ZipFile");
    else
        check_inline(validation, config, package->text, "InlineCode");
}
