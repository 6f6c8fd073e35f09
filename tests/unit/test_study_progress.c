/* test_study_progress.c: Leitner boxes, and the file that keeps them. */
#include "command/study_progress.h"
#include "diagnosed.h"
#include "scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void use_folder(struct scratch_folder *scratch)
{
    scratch_init(scratch);
    assert_int_equal(setenv("XDG_STATE_HOME", scratch->path, 1), 0);
}

/* A card that is known each time it is asked comes 1, 2, 4, 8, 16 and again 16 quizzes later; a mistake begins anew. */
static void test_boxes(void **state)
{
    (void)state;
    static const uint64_t gaps[] = {1, 2, 4, 8, 16, 16};
    struct scratch_folder scratch;
    struct diagnostics diagnostics = {0};
    struct study_progress progress;
    use_folder(&scratch);
    assert_int_equal(study_progress_load(&progress, &diagnostics), STATUS_OK);
    struct study_record record = study_progress_of(&progress, "a");
    assert_int_equal(record.box, 0);
    assert_true(study_record_due(&record, 1));
    uint64_t quiz = study_progress_begin(&progress);
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        study_progress_note(&progress, "a", true);
        record = study_progress_of(&progress, "a");
        assert_int_equal(record.box, i < STUDY_BOXES ? i + 1 : STUDY_BOXES);
        assert_false(study_record_due(&record, quiz + gaps[i] - 1));
        assert_true(study_record_due(&record, quiz + gaps[i]));
        for (uint64_t k = 0; k < gaps[i]; k++)
            quiz = study_progress_begin(&progress);
    }
    study_progress_note(&progress, "a", false);
    record = study_progress_of(&progress, "a");
    assert_int_equal(record.box, 1);
    assert_int_equal(record.right, 6);
    assert_int_equal(record.wrong, 1);
    study_progress_fini(&progress);
    scratch_fini(&scratch);
}

/* What was saved is there the next time, and what others wrote beside it as well. */
static void test_file(void **state)
{
    (void)state;
    struct scratch_folder scratch;
    struct diagnostics diagnostics = {0};
    struct study_progress progress;
    use_folder(&scratch);
    assert_int_equal(study_progress_load(&progress, &diagnostics), STATUS_OK);
    (void)study_progress_begin(&progress);
    study_progress_note(&progress, "gone-01", true);
    assert_int_equal(study_progress_save(&progress, &diagnostics), STATUS_OK);
    study_progress_fini(&progress);
    assert_int_equal(study_progress_load(&progress, &diagnostics), STATUS_OK);
    assert_int_equal(study_progress_quizzes(&progress), 1);
    assert_int_equal(study_progress_of(&progress, "gone-01").box, 1);
    study_progress_fini(&progress);
    static const char *const broken[] = {"",
                                         "{",
                                         "[]",
                                         "{\"version\": 2, \"quizzes\": 0, \"cards\": {}}",
                                         "{\"version\": 1, \"quizzes\": -1, \"cards\": {}}",
                                         "{\"version\": 1, \"quizzes\": 0, \"cards\": {\"a\": {\"box\": 99}}}",
                                         "{\"version\": 1, \"quizzes\": 0, \"cards\": 3}",
                                         "{\"version\": 1, \"quizzes\": 0, \"cards\": {\"a\": {\"box\": 1, \"quiz\": 1e99}}}"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        const char *path = scratch_write(&scratch, "slsim/study.json", broken[i]);
        assert_int_equal(study_progress_load(&progress, &diagnostics), STATUS_OK);
        assert_null(progress.path);
        assert_true(diagnosed(&diagnostics, 0, 0, "left as it is"));
        study_progress_note(&progress, "a", true);
        assert_int_equal(study_progress_save(&progress, &diagnostics), STATUS_OK);
        study_progress_fini(&progress);
        char kept[200] = "";
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        kept[fread(kept, 1, sizeof kept - 1, file)] = '\0';
        fclose(file);
        assert_string_equal(kept, broken[i]);
        diagnostics_fini(&diagnostics);
    }
    scratch_fini(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_boxes), cmocka_unit_test(test_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
