/* fuzz_yaml.c: any bytes as a template in YAML: a tree with a place for every value, or an error; never a crash. */
#include "document/yaml.h"

#include "fuzz/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_tree(yaml_parse, "fuzz.yaml", data, size);
    return 0;
}
