/* function_package.h: a function's package: an archive with layers, or an image; how large it may be, and how long it takes to load. */
#ifndef SLSIM_LAMBDA_FUNCTION_PACKAGE_H
#define SLSIM_LAMBDA_FUNCTION_PACKAGE_H

#include "function_config.h"

struct validation;

extern const struct property function_package_properties[]; /* of both types of function */
extern const struct property function_code_properties[];    /* of AWS::Lambda::Function */
extern const struct property serverless_code_properties[];  /* of AWS::Serverless::Function */
extern const struct property function_package_behavior[];

/* What its layers have, all together, and which key it names; judges nothing. */
void function_package_resolve(struct validation *validation, struct function_config *config);
/* What AWS refuses: too large a package, too many layers, too many or reserved variables. */
void function_package_check(struct validation *validation, const struct function_config *config);
/* Do both say where their code is, and is it the same place? Then CloudFormation takes it for the same code. Source: CloudFormation user
 * guide, AWS::Lambda::Function Code: an update is seen only where one of these values changes. */
bool function_package_same(const struct package_config *a, const struct package_config *b);
/* What its size adds to the measured INIT of a small package, in ns: an archive is unpacked and loaded. 0 for an image. Source: rules
 * cold_package_*. */
double function_package_load_ns(const struct rule_book *rules, const struct package_config *package);
/* What an image's size adds to the placement, in ns. Source: rule cold_image_ms_per_gb. */
double function_image_place_ns(const struct rule_book *rules, const struct package_config *package);
/* What INIT waits for when it reads so much of its image, in ns: chunks that come out of caches, and those that do not. Source: rules
 * image_chunk*. */
double function_image_read_ns(const struct rule_book *rules, const struct package_config *package);

#endif
