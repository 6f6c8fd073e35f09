/* test_document.c: extends, templates, --set and short paths, each down to the merged tree or the exact mistake. */
#include "diagnosed.h"
#include "document/document.h"
#include "failing_allocation.h"
#include "scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct loaded {
    struct document *document;
    struct diagnostics diagnostics;
    enum status status;
};

#define SETS_MOST 8

/* Loads `name` of the folder with the sets that follow, up to NULL. */
static struct loaded load(const struct scratch_folder *scratch, const char *name, ...)
{
    const char *sets[SETS_MOST];
    size_t count = 0;
    va_list arguments;
    va_start(arguments, name);
    for (const char *set; (set = va_arg(arguments, const char *)) != NULL;)
        sets[count++] = set;
    va_end(arguments);
    struct loaded loaded = {0};
    loaded.status = document_load(scratch_path(scratch, name), sets, count, &loaded.diagnostics, &loaded.document);
    assert_true((loaded.document != NULL) == (loaded.status == STATUS_OK));
    assert_true(loaded.status == STATUS_OK || loaded.diagnostics.error_count > 0);
    return loaded;
}

static void drop(struct loaded *loaded)
{
    document_free(loaded->document);
    diagnostics_fini(&loaded->diagnostics);
}

/* Loads and compares the tree, which had better be without mistakes. */
static void assert_tree(struct loaded loaded, const char *expected)
{
    if (loaded.status != STATUS_OK || loaded.diagnostics.count > 0) {
        diagnostics_print(&loaded.diagnostics, stderr, false);
        fail();
    }
    char *text = cJSON_PrintUnformatted(loaded.document->tree);
    assert_string_equal(text, expected);
    cJSON_free(text);
    drop(&loaded);
}

static void assert_mistake(struct loaded loaded, int line, int column, const char *message)
{
    assert_true(loaded.diagnostics.error_count > 0);
    assert_true(diagnosed(&loaded.diagnostics, line, column, message));
    drop(&loaded);
}

static struct scratch_folder scratch;

static int set_up(void **state)
{
    (void)state;
    scratch_init(&scratch);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_fini(&scratch);
    return 0;
}

static void test_plain(void **state)
{
    (void)state;
    const char *path = scratch_write(&scratch, "a.json", "{\"name\": \"a\",\n \"Resources\": {\"F\": null}}");
    struct loaded loaded = load(&scratch, "a.json", NULL);
    assert_int_equal(loaded.status, STATUS_OK);
    assert_string_equal(loaded.document->folder, scratch.path);
    assert_int_equal(loaded.document->input_count, 1);
    assert_string_equal(loaded.document->inputs[0].path, path);
    char hex[65];
    sha256_hex("{\"name\": \"a\",\n \"Resources\": {\"F\": null}}", 40, hex);
    assert_string_equal(loaded.document->inputs[0].sha256, hex);
    struct place place = places_of(loaded.document->places, cJSON_GetObjectItem(loaded.document->tree, "Resources"));
    assert_int_equal(place.line, 2);
    assert_int_equal(place.column, 15);
    drop(&loaded);
    assert_tree(load(&scratch, "a.json", NULL), "{\"name\":\"a\",\"Resources\":{\"F\":null}}");
}

static void test_extends(void **state)
{
    (void)state;
    scratch_write(&scratch, "base/root.json",
                  "{\"name\": \"root\", \"duration\": \"1h\", \"account\": {\"a\": 1, \"b\": {\"c\": 2, \"d\": null}}, \"list\": [1, 2]}");
    scratch_write(&scratch, "base/middle.json",
                  "{\"extends\": \"root.json\", \"account\": {\"b\": {\"c\": 3}, \"e\": {\"x\": null, \"y\": 1}}}");
    scratch_write(
        &scratch, "leaf.json",
        "{\"extends\": \"base/middle.json\",\n \"name\": \"leaf\", \"duration\": null, \"list\": [3], \"account\": {\"a\": {\"z\": 0}}}");
    struct loaded loaded = load(&scratch, "leaf.json", NULL);
    assert_int_equal(loaded.document->input_count, 3);
    assert_non_null(strstr(loaded.document->inputs[1].path, "/base/middle.json"));
    assert_non_null(strstr(loaded.document->inputs[2].path, "/base/root.json"));
    const cJSON *account = cJSON_GetObjectItem(loaded.document->tree, "account");
    const cJSON *c = cJSON_GetObjectItem(cJSON_GetObjectItem(account, "b"), "c");
    assert_non_null(strstr(places_of(loaded.document->places, c).file, "middle.json"));
    assert_int_equal(places_of_key(loaded.document->places, c).column, 44);
    const cJSON *name = cJSON_GetObjectItem(loaded.document->tree, "name");
    assert_non_null(strstr(places_of(loaded.document->places, name).file, "leaf.json"));
    assert_int_equal(places_of(loaded.document->places, name).line, 2);
    drop(&loaded);
    assert_tree(load(&scratch, "leaf.json", NULL),
                "{\"name\":\"leaf\",\"account\":{\"a\":{\"z\":0},\"b\":{\"c\":3,\"d\":null},\"e\":{\"y\":1}},\"list\":[3]}");
}

static void test_extends_goes_wrong(void **state)
{
    (void)state;
    scratch_write(&scratch, "c1.json", "{\"extends\": \"c2.json\"}");
    scratch_write(&scratch, "c2.json", "{\n  \"extends\": \"./c1.json\"}");
    assert_mistake(load(&scratch, "c1.json", NULL), 2, 14, "c1.json -> ");
    scratch_write(&scratch, "self.json", "{\"extends\": \"self.json\"}");
    assert_mistake(load(&scratch, "self.json", NULL), 1, 13, "in a circle");
    scratch_write(&scratch, "gone.json", "{\"extends\": \"nowhere.json\"}");
    struct loaded loaded = load(&scratch, "gone.json", NULL);
    assert_int_equal(loaded.status, STATUS_IO);
    assert_mistake(loaded, 1, 13, "nowhere.json");
    scratch_write(&scratch, "number.json", "{\"extends\": 1}");
    assert_mistake(load(&scratch, "number.json", NULL), 1, 13, "expected the path");
    scratch_write(&scratch, "array.json", "[1]");
    assert_mistake(load(&scratch, "array.json", NULL), 1, 1, "a scenario is a JSON object");
    scratch_write(&scratch, "broken.json", "{\"a\": }");
    assert_mistake(load(&scratch, "broken.json", NULL), 1, 7, "expected a value");
    loaded = load(&scratch, "not-there.json", NULL);
    assert_int_equal(loaded.status, STATUS_IO);
    drop(&loaded);
    char name[32], text[64];
    for (int i = 0; i < 33; i++) {
        snprintf(name, sizeof name, "n%d.json", i);
        snprintf(text, sizeof text, i < 32 ? "{\"extends\": \"n%d.json\"}" : "{}", i + 1);
        scratch_write(&scratch, name, text);
    }
    assert_mistake(load(&scratch, "n0.json", NULL), 1, 13, "more than 32");
    assert_tree(load(&scratch, "n1.json", NULL), "{}");
}

/* A key given twice is shown together with what else is wrong: the tree is there. */
static void test_keys_given_twice(void **state)
{
    (void)state;
    scratch_write(&scratch, "twice.json", "{\"a\": 1, \"a\": 2}");
    struct loaded loaded = load(&scratch, "twice.json", "nothing.at=all", NULL);
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.diagnostics.error_count, 2);
    drop(&loaded);
}

static const char template_text[] =
    "{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"Transform\": \"My::Maker-2016-10-31\",\n"
    " \"Parameters\": {\"Memory\": {\"Type\": \"Number\", \"Default\": \"512\"}, \"Stage\": {\"Type\": \"String\", \"Default\": \"dev\","
    " \"AllowedValues\": [\"dev\", \"prod\"]}, \"Zones\": {\"Type\": \"CommaDelimitedList\", \"Default\": \"x, y\"}, \"Vpc\": {\"Type\": "
    "\"String\"}},\n"
    " \"Mappings\": {\"Sizes\": {\"dev\": {\"Shards\": 1}, \"prod\": {\"Shards\": 8}}},\n"
    " \"Conditions\": {\"Prod\": {\"Fn::Equals\": [{\"Ref\": \"Stage\"}, \"prod\"]}, \"NotProd\": {\"Fn::Not\": [{\"Condition\": "
    "\"Prod\"}]},"
    " \"Both\": {\"Fn::And\": [{\"Condition\": \"Prod\"}, {\"Condition\": \"NotProd\"}]}, \"Either\": {\"Fn::Or\": [{\"Condition\": "
    "\"Both\"},"
    " {\"Condition\": \"NotProd\"}]}},\n"
    " \"Globals\": {\"Function\": {\"Timeout\": 7, \"Layers\": [\"global\"], \"Environment\": {\"Variables\": {\"A\": \"1\", \"B\": "
    "\"2\"}}}},\n"
    " \"Resources\": {\n"
    "  \"F\": {\"Type\": \"My::Maker::Function\", \"Properties\": {\"MemorySize\": {\"Ref\": \"Memory\"}, \"Layers\": [\"own\"],"
    " \"Environment\": {\"Variables\": {\"B\": {\"Fn::Sub\": \"${Stage}-${!Stage}-${AWS::Region}-${AWS::StackName}\"}}}}},\n"
    "  \"Bare\": {\"Type\": \"My::Maker::Function\"},\n"
    "  \"Plain\": {\"Type\": \"My::Other::Function\", \"Properties\": {\"Zones\": {\"Ref\": \"Zones\"},"
    " \"First\": {\"Fn::Select\": [\"0\", {\"Ref\": \"Zones\"}]}}},\n"
    "  \"S\": {\"Type\": \"My::Stream\", \"Condition\": \"Either\", \"Properties\": {\"Shards\": {\"Fn::FindInMap\": [\"Sizes\", {\"Ref\": "
    "\"Stage\"},"
    " \"Shards\"]}, \"Name\": {\"Fn::If\": [\"Prod\", \"live\", {\"Ref\": \"AWS::NoValue\"}]}, \"Arn\": {\"Fn::GetAtt\": [\"F\", \"Arn\"]},"
    " \"Joined\": {\"Fn::Join\": [\"-\", [{\"Ref\": \"Stage\"}, 1, {\"Fn::Sub\": \"${AWS::Partition}\"}]]},"
    " \"Mentions\": {\"Fn::Sub\": \"${Stage}/${F.Arn}/${!x}\"}, \"Var\": {\"Fn::Sub\": [\"${V}${F}\", {\"V\": {\"Ref\": \"Stage\"}}]},"
    " \"Open\": {\"Fn::Join\": [\":\", [\"a\", {\"Ref\": \"F\"}]]}, \"Parts\": {\"Fn::Split\": [\",\", \"p,q\"]}}},\n"
    "  \"Dropped\": {\"Type\": \"My::Stream\", \"Condition\": \"Both\", \"Properties\": {\"Vpc\": {\"Ref\": \"Vpc\"}}}\n"
    " }, \"Outputs\": {}}";

#define GLOBAL_REST "\"Environment\":{\"Variables\":{\"A\":\"1\",\"B\":\"2\"}}"

static void test_template(void **state)
{
    (void)state;
    scratch_write(&scratch, "t/template.json", template_text);
    scratch_write(&scratch, "s.json",
                  "{\"name\": \"s\", \"template\": \"t/template.json\", \"Resources\": {\"F\": {\"Properties\": {\"Timeout\": 9}},"
                  " \"Bare\": {\"Properties\": {\"Timeout\": null}}, \"Own\": {\"Type\": \"T\"}}, \"duration\": \"1h\"}");
    assert_tree(
        load(&scratch, "s.json", NULL),
        "{\"name\":\"s\",\"duration\":\"1h\",\"Resources\":{"
        "\"F\":{\"Type\":\"My::Maker::Function\",\"Properties\":{\"MemorySize\":512,\"Layers\":[\"global\",\"own\"],\"Environment\":{"
        "\"Variables\":"
        "{\"B\":\"dev-${Stage}-us-east-1-s\",\"A\":\"1\"}},\"Timeout\":9}},"
        "\"Bare\":{\"Type\":\"My::Maker::Function\",\"Properties\":{\"Layers\":[\"global\"]," GLOBAL_REST "}},"
        "\"Plain\":{\"Type\":\"My::Other::Function\",\"Properties\":{\"Zones\":[\"x\",\"y\"],\"First\":\"x\"}},"
        "\"S\":{\"Type\":\"My::Stream\",\"Properties\":{\"Shards\":1,\"Arn\":{\"Fn::GetAtt\":[\"F\",\"Arn\"]},\"Joined\":\"dev-1-aws\","
        "\"Mentions\":{\"Fn::Sub\":\"dev/${F.Arn}/${!x}\"},\"Var\":{\"Fn::Sub\":[\"dev${F}\",{\"V\":\"dev\"}]},"
        "\"Open\":{\"Fn::Join\":[\":\",[\"a\",{\"Ref\":\"F\"}]]},\"Parts\":[\"p\",\"q\"]}},"
        "\"Own\":{\"Type\":\"T\"}}}");
}

static void test_template_parameters(void **state)
{
    (void)state;
    scratch_write(&scratch, "t/template.json", template_text);
    scratch_write(&scratch, "s.json", "{\"template\": \"t/template.json\",\n \"parameters\": {\"Stage\": \"prod\", \"Memory\": 128}}");
    struct loaded loaded = load(&scratch, "s.json", "parameters.Memory=256", "F.Timeout=11", NULL);
    const cJSON *resources = cJSON_GetObjectItem(loaded.document->tree, "Resources");
    assert_int_equal(loaded.diagnostics.count, 0);
    assert_null(cJSON_GetObjectItem(loaded.document->tree, "parameters"));
    assert_null(cJSON_GetObjectItem(resources, "S")); /* Either: neither Both nor NotProd */
    const cJSON *properties = cJSON_GetObjectItem(cJSON_GetObjectItem(resources, "F"), "Properties");
    assert_true(cJSON_GetObjectItem(properties, "MemorySize")->valuedouble == 256);
    assert_true(cJSON_GetObjectItem(properties, "Timeout")->valuedouble == 11);
    assert_int_equal(loaded.document->input_count, 2);
    drop(&loaded);
    assert_mistake(load(&scratch, "s.json", "parameters.Stage=test", NULL), 0, 0, "does not allow this value");
    loaded = load(&scratch, "s.json", "parameters.Memry=1", NULL);
    assert_true(hinted(&loaded.diagnostics, "did you mean \"Memory\"?"));
    assert_mistake(loaded, 0, 0, "the template has no parameter \"Memry\"");
    assert_mistake(load(&scratch, "s.json", "parameters.Memory=much", NULL), 0, 0, "is a number, not \"much\"");
}

static void test_template_parameter_without_default(void **state)
{
    (void)state;
    scratch_write(&scratch, "t.json",
                  "{\"Parameters\": {\"Vpc\": {\"Type\": \"String\"}},\n \"Resources\": {\"R\": {\"Vpc\": {\"Ref\": \"Vpc\"}}}}");
    scratch_write(&scratch, "s.json", "{\"template\": \"t.json\"}");
    struct loaded loaded = load(&scratch, "s.json", NULL);
    assert_int_equal(loaded.diagnostics.error_count, 0);
    assert_true(diagnosed(&loaded.diagnostics, 2, 37, "parameter \"Vpc\" has no default"));
    drop(&loaded);
    assert_tree(load(&scratch, "s.json", "parameters.Vpc=vpc-1", NULL), "{\"Resources\":{\"R\":{\"Vpc\":\"vpc-1\"}}}");
}

/* The same template in YAML is the same tree. */
static void test_template_in_yaml(void **state)
{
    (void)state;
    scratch_write(&scratch, "t.yaml",
                  "Parameters:\n  Size: {Type: Number, Default: 512}\nConditions:\n  Big: !Equals [!Ref Size, 1024]\n"
                  "Resources:\n  F:\n    Type: X\n    Properties:\n      MemorySize: !Ref Size\n      Name: !Sub '${AWS::Region}-f'\n"
                  "      Timeout: !If [Big, 9, 3]\n      Source: !GetAtt Q.Arn\n");
    scratch_write(&scratch, "s.json", "{\"template\": \"t.yaml\"}");
    assert_tree(load(&scratch, "s.json", NULL),
                "{\"Resources\":{\"F\":{\"Type\":\"X\",\"Properties\":{\"MemorySize\":512,\"Name\":\"us-east-1-f\",\"Timeout\":3,"
                "\"Source\":{\"Fn::GetAtt\":[\"Q\",\"Arn\"]}}}}}");
}

static void test_template_goes_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *template, *message;
        int line, column;
    } cases[] = {
        {"Resources:\n  F: {\n", "is no YAML", 3, 1},
        {"{\"Resources\": }", "expected a value", 1, 15},
        {"{}", "no object \"Resources\"", 1, 1},
        {"{\"Resources\": {\"F\": {\"Condition\": \"No\"}}}", "there is no condition \"No\"", 1, 35},
        {"{\"Conditions\": {\"A\": {\"Condition\": \"B\"}, \"B\": {\"Condition\": \"A\"}}, \"Resources\": {\"F\": {\"Condition\": \"A\"}}}",
         "depends on itself", 1, 61},
        {"{\"Conditions\": {\"A\": 1}, \"Resources\": {\"F\": {\"Condition\": \"A\"}}}", "this is no condition", 1, 22},
        {"{\"Mappings\": {\"M\": {}}, \"Resources\": {\"F\": {\"Fn::FindInMap\": [\"M\", \"x\", \"y\"]}}}", "there is no \"x\"", 1, 68},
        {"{\"Resources\": {\"F\": {\"x\": {\"Fn::Select\": [3, [1]]}}}}", "the list has 1 values", 1, 43},
        {"{\"Resources\": {\"F\": {\"x\": {\"Fn::If\": [\"c\", 1]}}}}", "Fn::If wants", 1, 27},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch_write(&scratch, "t.json", cases[i].template);
        scratch_write(&scratch, "s.json", "{\"template\": \"t.json\"}");
        assert_mistake(load(&scratch, "s.json", NULL), cases[i].line, cases[i].column, cases[i].message);
    }
    scratch_write(&scratch, "s.json", "{\"template\": \"nowhere.json\"}");
    assert_mistake(load(&scratch, "s.json", NULL), 1, 14, "nowhere.json");
    scratch_write(&scratch, "s.json", "{\"template\": 5}");
    assert_mistake(load(&scratch, "s.json", NULL), 1, 14, "expected the path of a template");
}

/* A few lines that ask for more than any machine has. */
static void test_template_out_of_hand(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    fputs("{\"Parameters\": {\"P\": {\"Type\": \"String\", \"Default\": \"", out);
    for (int i = 0; i < 200000; i++)
        fputc('x', out);
    fputs("\"}}, \"Resources\": {\"R\": [", out);
    for (int i = 0; i < 20000; i++)
        fputs("{\"Ref\": \"P\"},", out);
    fputs("0]}}", out);
    fclose(out);
    scratch_write(&scratch, "t.json", text);
    free(text);
    scratch_write(&scratch, "s.json", "{\"template\": \"t.json\"}");
    struct loaded loaded = load(&scratch, "s.json", NULL);
    assert_int_equal(loaded.status, STATUS_INVALID);
    assert_mistake(loaded, 0, 0, "grows beyond");
}

/* The nearest `template` counts, and null takes it away; null also deletes what the template brings. */
static void test_template_and_extends(void **state)
{
    (void)state;
    scratch_write(&scratch, "t/one.json", "{\"Resources\": {\"A\": {\"x\": 1}, \"B\": {\"x\": 1}}}");
    scratch_write(&scratch, "two.json", "{\"Resources\": {\"C\": {\"x\": 2}}}");
    scratch_write(&scratch, "t/root.json", "{\"template\": \"one.json\", \"Resources\": {\"A\": {\"y\": 0}}}");
    scratch_write(&scratch, "leaf.json", "{\"extends\": \"t/root.json\", \"Resources\": {\"B\": null}}");
    assert_tree(load(&scratch, "leaf.json", NULL), "{\"Resources\":{\"A\":{\"x\":1,\"y\":0}}}");
    scratch_write(&scratch, "leaf.json", "{\"extends\": \"t/root.json\", \"template\": \"two.json\"}");
    assert_tree(load(&scratch, "leaf.json", NULL), "{\"Resources\":{\"C\":{\"x\":2},\"A\":{\"y\":0}}}");
    scratch_write(&scratch, "leaf.json", "{\"extends\": \"t/root.json\", \"template\": null}");
    assert_tree(load(&scratch, "leaf.json", NULL), "{\"Resources\":{\"A\":{\"y\":0}}}");
    assert_tree(load(&scratch, "leaf.json", "template=two.json", NULL), "{\"Resources\":{\"C\":{\"x\":2},\"A\":{\"y\":0}}}");
}

/* The functions work in a scenario's own Resources too. */
static void test_functions_without_a_template(void **state)
{
    (void)state;
    scratch_write(&scratch, "s.json",
                  "{\"name\": \"n\", \"parameters\": {\"M\": 5}, \"Resources\": {\"F\": {\"a\": {\"Ref\": \"M\"}, \"b\": {\"Fn::Sub\": "
                  "\"${AWS::StackName}\"},"
                  " \"c\": [{\"Ref\": \"AWS::NoValue\"}, {\"Ref\": \"F\"}], \"d\": {\"Fn::GetAZs\": \"\"}}}}");
    assert_tree(load(&scratch, "s.json", NULL), "{\"name\":\"n\",\"Resources\":{\"F\":{\"a\":5,\"b\":\"n\",\"c\":[{\"Ref\":\"F\"}],"
                                                "\"d\":[\"us-east-1a\",\"us-east-1b\",\"us-east-1c\"]}}}");
}

#define SCENARIO                                                                                                                           \
    "{\"rules\": \"course\", \"duration\": \"1h\",\n"                                                                                      \
    " \"Resources\": {\"Api\": {\"Type\": \"T\", \"Properties\": {\"MemorySize\": 512, \"Tags\": [{\"Key\": \"k\"}]}}, \"Bare\": {}},\n"   \
    " \"behavior\": {\"Api\": {\"init\": \"1s\", \"cpu\": {\"quantiles\": {\"0.5\": 1}}}},\n"                                              \
    " \"traffic\": [{\"name\": \"users\", \"poisson\": \"1/s\"}, {\"name\": \"users.eu\", \"poisson\": \"2/s\"}]}"

static void test_sets(void **state)
{
    (void)state;
    static const struct {
        const char *set, *path, *value; /* `path` from the root, names with "/" between */
    } cases[] = {
        {"Api.MemorySize=1024", "Resources/Api/Properties/MemorySize", "1024"},
        {"Api.Timeout=3", "Resources/Api/Properties/Timeout", "3"},
        {"Api.Properties.Timeout=3", "Resources/Api/Properties/Timeout", "3"},
        {"Resources.Api.Properties.Timeout=3", "Resources/Api/Properties/Timeout", "3"},
        {"Api.Deep.Er=x", "Resources/Api/Properties/Deep/Er", "\"x\""},
        {"Api.Tags.0.Key=z", "Resources/Api/Properties/Tags", "[{\"Key\":\"z\"}]"},
        {"Bare.X=1", "Resources/Bare/Properties/X", "1"},
        {"Api={\"Type\": \"U\"}", "Resources/Api", "{\"Type\":\"U\"}"},
        {"Resources.New={\"Type\": \"U\"}", "Resources/New/Type", "\"U\""},
        {"Api.behavior.init=2s", "behavior/Api/init", "\"2s\""},
        {"Api.behavior.cpu.quantiles.0.5=7", "behavior/Api/cpu/quantiles", "{\"0.5\":7}"},
        {"Api.behavior={\"init\": \"3s\"}", "behavior/Api", "{\"init\":\"3s\"}"},
        {"Bare.behavior.init=300ms", "behavior/Bare/init", "\"300ms\""},
        {"behavior.Api.init={\"exponential\": \"1s\"}", "behavior/Api/init/exponential", "\"1s\""},
        {"traffic.users.poisson=100/s", "traffic",
         "[{\"name\":\"users\",\"poisson\":\"100/s\"},{\"name\":\"users.eu\",\"poisson\":\"2/s\"}]"},
        {"users.poisson=100/s", "traffic", "[{\"name\":\"users\",\"poisson\":\"100/s\"},{\"name\":\"users.eu\",\"poisson\":\"2/s\"}]"},
        {"traffic.users.eu.poisson=5/s", "traffic",
         "[{\"name\":\"users\",\"poisson\":\"1/s\"},{\"name\":\"users.eu\",\"poisson\":\"5/s\"}]"},
        {"traffic.1.count=5", "traffic",
         "[{\"name\":\"users\",\"poisson\":\"1/s\"},{\"name\":\"users.eu\",\"poisson\":\"2/s\",\"count\":5}]"},
        {"traffic.users=null", "traffic", "[{\"name\":\"users.eu\",\"poisson\":\"2/s\"}]"},
        {"account.ConcurrentExecutions=10", "account/ConcurrentExecutions", "10"},
        {"rules.some_rule=300", "rules", "{\"base\":\"course\",\"some_rule\":300}"},
        {"rules=current", "rules", "\"current\""},
        {"prices.Usage:a.large=0.5", "prices", "{\"Usage:a.large\":0.5}"},
        {"prices.Usage:a.large.price=0.5", "prices", "{\"Usage:a.large\":{\"price\":0.5}}"},
        {"seed=12345678901234567890", "seed", "\"12345678901234567890\""},
        {"seed=12", "seed", "12"},
        {"description=a=b", "description", "\"a=b\""},
        {"description=007", "description", "\"007\""},
        {"description=", "description", "\"\""},
        {"free_tier=true", "free_tier", "true"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch_write(&scratch, "s.json", SCENARIO);
        struct loaded loaded = load(&scratch, "s.json", cases[i].set, NULL);
        if (loaded.status != STATUS_OK || loaded.diagnostics.count > 0) {
            diagnostics_print(&loaded.diagnostics, stderr, false);
            fail_msg("%s", cases[i].set);
        }
        const cJSON *node = loaded.document->tree;
        char path[128];
        snprintf(path, sizeof path, "%s", cases[i].path);
        for (char *name = strtok(path, "/"); name != NULL; name = strtok(NULL, "/"))
            node = cJSON_GetObjectItemCaseSensitive(node, name);
        if (node == NULL)
            fail_msg("%s: nothing at %s", cases[i].set, cases[i].path);
        char *text = cJSON_PrintUnformatted(node);
        assert_string_equal(text, cases[i].value);
        cJSON_free(text);
        drop(&loaded);
    }
    scratch_write(&scratch, "s.json", SCENARIO);
    struct loaded loaded = load(&scratch, "s.json", "Api.MemorySize=null", "duration=null", "Api.Tags={\"a\": [1]}", NULL);
    assert_null(cJSON_GetObjectItem(loaded.document->tree, "duration"));
    const cJSON *properties =
        cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(loaded.document->tree, "Resources"), "Api"), "Properties");
    assert_null(cJSON_GetObjectItem(properties, "MemorySize"));
    const cJSON *tags = cJSON_GetObjectItem(properties, "Tags");
    assert_string_equal(places_of(loaded.document->places, tags).file, "--set Api.Tags");
    assert_string_equal(places_of(loaded.document->places, tags->child->child).file, "--set Api.Tags");
    assert_int_equal(places_of(loaded.document->places, tags).line, 0);
    drop(&loaded);
}

static void test_sets_go_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *set, *message, *hint;
    } cases[] = {
        {"Api.MemorySize", "not PATH=VALUE", "--set"},
        {"=5", "not PATH=VALUE", ""},
        {"Apii.MemorySize=5", "no resource, source or top-level key \"Apii\"", "did you mean \"Api\"?"},
        {"user.poisson=5", "top-level key \"user\"", "did you mean \"users\"?"},
        {"durration=5", "top-level key \"durration\"", "did you mean \"duration\"?"},
        {"traffic.user.poisson=5", "no source \"user\"", "did you mean \"users\"?"},
        {"traffic.7.poisson=5", "no source \"7\"", ""},
        {"Resources.Apy.Properties.X=5", "no resource \"Apy\"", "did you mean \"Api\"?"},
        {"Api.behavior.init.median=5", "\"init\" is no object", "set all of it"},
        {"Api.Tags.3.Key=5", "no element \"3\"", ""},
        {"Api..X=5", "is no path", ""},
        {".X=5", "is no path", ""},
        {"X.=5", "is no path", ""},
        {"account={\"a\": 1, \"a\": 2}", "given twice", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch_write(&scratch, "s.json", SCENARIO);
        struct loaded loaded = load(&scratch, "s.json", cases[i].set, NULL);
        assert_int_equal(loaded.status, STATUS_OK); /* so that the rest is checked too */
        if (!hinted(&loaded.diagnostics, cases[i].hint))
            fail_msg("%s: no hint %s", cases[i].set, cases[i].hint);
        assert_int_equal(strncmp(loaded.diagnostics.list[0].place.file, "--set", 5), 0);
        assert_mistake(loaded, 0, 0, cases[i].message);
    }
    scratch_write(&scratch, "s.json", "{}");
    assert_mistake(load(&scratch, "s.json", "traffic.users.poisson=1/s", NULL), 0, 0, "no source \"users\"");
    char deep[400] = "Api";
    for (int i = 0; i < 70; i++)
        strcat(deep, ".a");
    strcat(deep, "=1");
    assert_mistake(load(&scratch, "s.json", deep, NULL), 0, 0, "is no path");
}

static void test_resolve(void **state)
{
    (void)state;
    scratch_write(&scratch, "s.json", SCENARIO);
    struct loaded loaded = load(&scratch, "s.json", NULL);
    cJSON *parent;
    char *key;
    struct place place = {"sweep", 4, 5};
    assert_int_equal(document_resolve(loaded.document, "Api.MemorySize", place, &loaded.diagnostics, &parent, &key), STATUS_OK);
    assert_string_equal(key, "MemorySize");
    assert_true(cJSON_GetObjectItem(parent, key)->valuedouble == 512);
    assert_int_equal(document_resolve(loaded.document, "traffic.users.eu", place, &loaded.diagnostics, &parent, &key), STATUS_OK);
    assert_string_equal(key, "1");
    assert_true(cJSON_IsArray(parent));
    assert_int_equal(document_resolve(loaded.document, "nothing", place, &loaded.diagnostics, &parent, &key), STATUS_INVALID);
    assert_null(parent);
    assert_null(key);
    assert_true(diagnosed(&loaded.diagnostics, 4, 5, "\"nothing\""));
    drop(&loaded);
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *folder, *path, *joined;
    } cases[] = {{".", "a", "a"},  {"", "a", "a"},    {"f", "a", "f/a"},      {"f/", "a", "f/a"},
                 {"/", "a", "/a"}, {"f", "/a", "/a"}, {"f", "../a", "f/../a"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *joined = path_join(cases[i].folder, cases[i].path);
        assert_string_equal(joined, cases[i].joined);
        free(joined);
    }
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    scratch_write(&scratch, "t.json", template_text);
    scratch_write(&scratch, "root.json", SCENARIO);
    const char *path = scratch_write(&scratch, "leaf.json",
                                     "{\"extends\": \"root.json\", \"template\": \"t.json\", \"parameters\": {\"Stage\": \"dev\"}}");
    const char *const sets[] = {"rules.x=1", "Api.a.b=2", "parameters.Memory=3"};
    bool done = false;
    for (long working = 0; !done; working++) {
        struct loaded loaded = {0};
        fail_allocations_after(working);
        loaded.status = document_load(path, sets, 3, &loaded.diagnostics, &loaded.document);
        fail_allocations_after(-1);
        assert_true((loaded.document != NULL) == (loaded.status == STATUS_OK));
        assert_true(working < 5000);
        char *text = loaded.document == NULL ? NULL : cJSON_PrintUnformatted(loaded.document->tree);
        done = loaded.status == STATUS_OK && loaded.diagnostics.count == 0 && strstr(text, "dev-1-aws") != NULL && working > 300;
        cJSON_free(text);
        drop(&loaded);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_plain),
        TEST(test_extends),
        TEST(test_extends_goes_wrong),
        TEST(test_keys_given_twice),
        TEST(test_template),
        TEST(test_template_parameters),
        TEST(test_template_parameter_without_default),
        TEST(test_template_in_yaml),
        TEST(test_template_goes_wrong),
        TEST(test_template_out_of_hand),
        TEST(test_template_and_extends),
        TEST(test_functions_without_a_template),
        TEST(test_sets),
        TEST(test_sets_go_wrong),
        TEST(test_resolve),
        TEST(test_paths),
        TEST(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
