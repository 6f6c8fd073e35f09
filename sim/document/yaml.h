/* yaml.h: templates in YAML, read by libyaml into the same trees, with places, as JSON is. */
#ifndef SLSIM_DOCUMENT_YAML_H
#define SLSIM_DOCUMENT_YAML_H

#include "document/json.h"

/* Parses one document. CloudFormation's short tags become its functions: !Ref X is {"Ref": "X"}, !GetAtt A.B is {"Fn::GetAtt": ["A", "B"]},
 * !Sub x is {"Fn::Sub": "x"}. Plain words are null, booleans and numbers as YAML 1.1 has them, but for numbers with a leading zero and
 * dates, which stay text. Aliases (as AWS has it too), merge keys, several documents, keys that are no text, nesting deeper than 200 and a
 * key given twice are errors. As json_parse otherwise. */
enum status yaml_parse(const char *text, size_t length, const char *file, struct places *places, struct diagnostics *diagnostics,
                       cJSON **tree);

#endif
