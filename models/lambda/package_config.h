/* package_config.h: what a function is made of: its code as an archive with layers or as an image, and its environment variables. Sizes in
 * bytes. */
#ifndef SLSIM_LAMBDA_PACKAGE_CONFIG_H
#define SLSIM_LAMBDA_PACKAGE_CONFIG_H

#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

enum package_type { PACKAGE_ZIP, PACKAGE_IMAGE };

/* Code, CodeUri: one at most. Which keys there are says where it comes from; none: it is a path, which is uploaded to a bucket. */
struct code_source {
    const char *path, *bucket, *key, *version, *text, *image;
};

struct environment_variable {
    const char *name, *value;
};

struct package_config {
    int type;                    /* enum package_type */
    struct property_list source; /* of struct code_source */
    const char *text, *image;    /* SAM's InlineCode and ImageUri */
    struct string_list layers;
    struct property_list variables; /* of struct environment_variable */
    struct string_list command, entry_point;
    const char *directory;

    int64_t code_bytes; /* unzipped, without layers; of an image: all of it; 0: not given */
    int64_t zip_bytes;  /* as an archive; 0: not given */
    int64_t read_bytes; /* of an image: what INIT reads of it */
    double cached;      /* share of that which is in a cache, with cached_given */
    bool cached_given;

    int64_t layer_bytes; /* by function_package_validate: of those layers that are here and say their size */
};

/* A layer: its size, 0 where it does not say. */
struct layer_version {
    int64_t code_bytes;
};

#define LAYER_TYPE "AWS::Lambda::LayerVersion"
#define SERVERLESS_LAYER_TYPE "AWS::Serverless::LayerVersion"

#endif
