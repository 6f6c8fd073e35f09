/* test_svg_theme.c: of gnuplot's SVG shapes, groups and text are left, with names and colours of the page's own; nothing else passes. */
#include "output/plot.h"
#include "output/plot_files.h"
#include "output/svg_theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN "<?xml version=\"1.0\"?><svg width=\"760\" onload=\"alert(1)\"><g id=\"gnuplot_canvas\"><defs><circle id='gpPt6'/></defs>"
#define END "</g></svg>"

/* The picture of one series "requests & <more>" around `body`; the caller frees it. */
static char *themed(const char *body, bool inside)
{
    struct plot plot;
    char *seen = NULL, *svg = NULL;
    size_t length = 0;
    plot_init(&plot, "picture", "a <title>", "a \"caption\" & more");
    assert_non_null(plot_add(&plot, 0, MARK_LINE, 1, "requests & <more>", 2));
    plot.panel_count = 1;
    assert_true(asprintf(&svg, BEGIN "%s" END, body) > 0);
    FILE *out = open_memstream(&seen, &length);
    assert_non_null(out);
    assert_int_equal(svg_theme_write(&plot, svg, strlen(svg), inside, out), STATUS_OK);
    assert_int_equal(fclose(out), 0);
    free(svg);
    plot_fini(&plot);
    return seen;
}

static void check(const char *body, const char *expected)
{
    char *seen = themed(body, true), *from = strstr(seen, "</desc>");
    assert_non_null(from);
    from += strlen("</desc>");
    assert_int_equal(strlen(from), strlen(expected) + strlen("</svg>"));
    assert_memory_equal(from, expected, strlen(expected));
    free(seen);
}

static void test_root(void **state)
{
    (void)state;
    char *seen = themed("", true);
    assert_non_null(strstr(seen, "a &lt;title&gt;</title>"));
    assert_non_null(strstr(seen, "&amp; more</desc>"));
    assert_null(strstr(seen, "onload"));
    assert_null(strstr(seen, "<style>"));
    free(seen);
    seen = themed("", false);
    assert_non_null(strstr(seen, "<style>"));
    assert_non_null(strstr(seen, "prefers-color-scheme:dark"));
    free(seen);
}

static void test_shapes(void **state)
{
    (void)state;
    char ink[16], expected[200], body[200];
    snprintf(ink, sizeof ink, "#%06x", plot_inks[1].light);
    snprintf(body, sizeof body, "<path stroke='%s' d='M 1.25,2.75 L3.14159 4 '/>", ink);
    snprintf(expected, sizeof expected, "<path class=\"k1\" stroke=\"%s\" d=\"M 1.2,2.7L3.1 4\"/>", ink);
    check(body, expected);
    check("<text x=\"1\" y=\"2\">5 &lt; 6 &amp; 7</text>", "<text x=\"1\" y=\"2\">5 &lt; 6 &amp; 7</text>");
    check("<g><g></g></g>", "<g></g>"); /* empty groups are left out, all but the outer */
    check("<use xlink:href='#gpPt6' x='1'/>", "<defs><circle id=\"picture-gpPt6\" r=\"1\" fill=\"currentColor\"/></defs>"
                                              "<use href=\"#picture-gpPt6\" x=\"1\"/>");
}

/* A series has an id of the picture's and its label as a title, whatever gnuplot calls it. */
static void test_series(void **state)
{
    (void)state;
    char *seen = themed("<g id=\"gnuplot_plot_1\"><title>gnuplot_plot_1</title><path d='M1,1'/></g>", true);
    assert_non_null(strstr(seen, "<g id=\"picture-1\"><title>requests &amp; &lt;more&gt;</title><path d=\"M1,1\"/></g>"));
    assert_null(strstr(seen, "gnuplot"));
    free(seen);
}

/* What could run, load or style anything does not pass. */
static void test_hostile(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "<script>alert(1)</script>",
        "<image xlink:href='http://example.org/x.png'/>",
        "<foreignObject><iframe src='x'/></foreignObject>",
        "<path onclick='alert(1)' style='background:url(x)' d='M1,1'/>",
        "<path fill='url(http://example.org/)' d='M1\"onload=\"x'/>",
        "<text onmouseover=\"x\">&#60;script&#62;</text>",
        "<a href='javascript:alert(1)'><path d='M1,1'/></a>",
        "<animate attributeName='href' to='javascript:x'/>",
        "<path d='M1,1' \"><script>x</script>",
        "<path d='M1",
        "<",
        "</g></g></g>",
        "<!-- <script> --> <![CDATA[<script>]]>",
    };
    static const char *const never[] = {"<script", "http:", "onclick",  "onload",   "onmouseover", "style=", "javascript",
                                        "<image",  "<a ",   "<animate", "<foreign", "<iframe",     "&#",     "<!"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        char *seen = themed(bodies[i], true);
        const char *body = strstr(seen, "</desc>");
        assert_non_null(body);
        for (size_t n = 0; n < sizeof never / sizeof *never; n++)
            if (strstr(body, never[n]))
                fail_msg("\"%s\" lets %s through: %s", bodies[i], never[n], body);
        free(seen);
    }
}

/* What is no picture of gnuplot's, also one that was cut off anywhere. */
static void test_invalid(void **state)
{
    (void)state;
    static const char whole[] = BEGIN "<g id=\"gnuplot_plot_1\"><path stroke='rgb( 1, 2, 3 )' d='M 1,2'/></g>" END;
    struct plot plot;
    plot_init(&plot, "picture", "", "");
    for (size_t length = 0; length < sizeof whole; length++) {
        char *copy = malloc(length ? length : 1), *seen = NULL; /* of that very size, so that reading on is seen by the sanitizers */
        size_t size = 0;
        assert_non_null(copy);
        memcpy(copy, whole, length);
        FILE *out = open_memstream(&seen, &size);
        assert_non_null(out);
        assert_int_equal(svg_theme_write(&plot, copy, length, true, out), length + 1 == sizeof whole ? STATUS_OK : STATUS_INVALID);
        fclose(out);
        free(seen);
        free(copy);
    }
    plot_fini(&plot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_root),    cmocka_unit_test(test_shapes),  cmocka_unit_test(test_series),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
