/* fuzz_json.c: any bytes as scenario text: a tree with a place for every value, or an error; never a crash. */
#include "document/json.h"

#include "fuzz/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_tree(json_parse, "fuzz.json", data, size);
    return 0;
}
