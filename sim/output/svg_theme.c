/* svg_theme.c: rewrites gnuplot's SVG tag by tag. */
#include "output/svg_theme.h"

#include "output/html_writer.h"
#include "output/plot_files.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A stretch of the text. */
struct stretch {
    const char *text;
    size_t length;
};

struct theme {
    const struct plot *plot;
    FILE *out;
    const char *at, *end;
    struct stretch open; /* a group that was opened and has nothing in it yet; it is written when something comes */
    size_t series;       /* that were begun */
    bool in_series_title;
};

static bool is(struct stretch stretch, const char *text)
{
    return strlen(text) == stretch.length && memcmp(stretch.text, text, stretch.length) == 0;
}

static const char *find(const char *from, const char *end, const char *what)
{
    return from < end ? memmem(from, (size_t)(end - from), what, strlen(what)) : NULL;
}

/* The ink of a colour as gnuplot writes it; -1: none of ours. */
static int ink_of(struct stretch colour)
{
    unsigned red, green, blue, value;
    char text[40];
    if (is(colour, "black"))
        return COLOUR_INK;
    if (colour.length >= sizeof text)
        return -1;
    memcpy(text, colour.text, colour.length);
    text[colour.length] = '\0';
    if (sscanf(text, "rgb( %u , %u , %u )", &red, &green, &blue) == 3)
        value = (red & 255) << 16 | (green & 255) << 8 | (blue & 255);
    else if (sscanf(text, "#%6x", &value) != 1)
        return -1;
    for (size_t i = 0; i < plot_ink_count; i++)
        if (plot_inks[i].light == value)
            return (int)i;
    return -1;
}

struct attribute {
    struct stretch name, value;
};

/* The next `name = "value"` of a tag; false at its end. */
static bool next_attribute(const char **at, const char *end, struct attribute *attribute)
{
    const char *from = *at;
    while (from < end && (isspace((unsigned char)*from) || *from == '/'))
        from++;
    const char *name = from;
    while (from < end && *from != '=' && !isspace((unsigned char)*from))
        from++;
    attribute->name = (struct stretch){name, (size_t)(from - name)};
    while (from < end && (isspace((unsigned char)*from) || *from == '='))
        from++;
    if (from >= end || (*from != '\'' && *from != '"'))
        return false;
    const char *close = memchr(from + 1, *from, (size_t)(end - from - 1));
    if (!close)
        return false;
    attribute->value = (struct stretch){from + 1, (size_t)(close - from - 1)};
    *at = close + 1;
    return true;
}

/* Coordinates with one decimal, and one space between them. */
static void write_coordinates(FILE *out, struct stretch value)
{
    bool space = false;
    for (const char *at = value.text; at < value.text + value.length; at++) {
        if (isspace((unsigned char)*at)) {
            space = true;
            continue;
        }
        if (space && at > value.text && strchr("-0123456789.", *at))
            (void)fputc(' ', out);
        space = false;
        if (strchr("-0123456789.,MLZzHhVvlm", *at))
            (void)fputc(*at, out);
        if (*at != '.')
            continue;
        const char *digit = at + 1;
        while (digit < value.text + value.length && isdigit((unsigned char)*digit))
            digit++;
        if (digit > at + 1)
            (void)fputc(at[1], out);
        at = digit - 1;
    }
}

/* Only what numbers, words and simple functions need: nothing that could end the value. */
static void write_plain(FILE *out, struct stretch value)
{
    for (size_t i = 0; i < value.length; i++)
        if (isalnum((unsigned char)value.text[i]) || strchr(" .,-+()#%", value.text[i]))
            (void)fputc(value.text[i], out);
}

/* Stroke, fill or colour: its class, and the plain attribute for readers without style sheets. */
static void write_colour(const struct theme *theme, const struct attribute *attribute, char kind, bool with_class)
{
    int ink = ink_of(attribute->value);
    if (ink >= 0 && with_class)
        (void)fprintf(theme->out, " class=\"%c%d\"", kind, ink);
    (void)fputc(' ', theme->out);
    write_plain(theme->out, attribute->name);
    (void)fputs("=\"", theme->out);
    if (ink >= 0)
        (void)fprintf(theme->out, "#%06x", plot_inks[ink].light);
    else
        write_plain(theme->out, attribute->value);
    (void)fputc('"', theme->out);
}

static void write_attribute(struct theme *theme, const struct attribute *attribute, bool *classed)
{
    static const char *const kept[] = {"transform",
                                       "text-anchor",
                                       "font-size",
                                       "stroke-width",
                                       "stroke-dasharray",
                                       "fill-opacity",
                                       "stroke-linecap",
                                       "stroke-linejoin",
                                       "shape-rendering",
                                       "x",
                                       "y",
                                       "width",
                                       "height",
                                       "cx",
                                       "cy",
                                       "r",
                                       "stroke-opacity"};
    if (is(attribute->name, "d") || is(attribute->name, "points")) {
        (void)fprintf(theme->out, " %s=\"", is(attribute->name, "d") ? "d" : "points");
        write_coordinates(theme->out, attribute->value);
        (void)fputc('"', theme->out);
    } else if (is(attribute->name, "stroke") || is(attribute->name, "fill") || is(attribute->name, "color")) {
        char kind = attribute->name.text[0] == 's' ? 'k' : attribute->name.text[0];
        write_colour(theme, attribute, kind, !*classed);
        *classed |= ink_of(attribute->value) >= 0;
    } else if (is(attribute->name, "xlink:href") && attribute->value.length > 1) {
        (void)fprintf(theme->out, " href=\"#%s-", theme->plot->name);
        write_plain(theme->out, (struct stretch){attribute->value.text + 1, attribute->value.length - 1});
        (void)fputc('"', theme->out);
    } else {
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
            if (!is(attribute->name, kept[i]))
                continue;
            (void)fprintf(theme->out, " %s=\"", kept[i]);
            write_plain(theme->out, attribute->value);
            (void)fputc('"', theme->out);
        }
    }
}

static struct stretch name_of(struct stretch tag)
{
    size_t length = 0;
    while (length < tag.length && isalpha((unsigned char)tag.text[length]))
        length++;
    return (struct stretch){tag.text, length};
}

/* A tag without its brackets. */
static void write_tag(struct theme *theme, struct stretch tag)
{
    struct stretch name = name_of(tag);
    const char *at = tag.text + name.length, *end = tag.text + tag.length;
    struct attribute attribute;
    bool classed = false;
    (void)fprintf(theme->out, "<%.*s", (int)name.length, name.text);
    while (next_attribute(&at, end, &attribute)) {
        if (is(attribute.name, "id") && find(attribute.value.text, attribute.value.text + attribute.value.length, "_plot_")) {
            (void)fprintf(theme->out, " id=\"%s-%zu\"", theme->plot->name, ++theme->series);
            theme->in_series_title = true;
        } else {
            write_attribute(theme, &attribute, &classed);
        }
    }
    (void)fputs(tag.text[tag.length - 1] == '/' ? "/>" : ">", theme->out);
}

static void flush_open(struct theme *theme)
{
    if (theme->open.length > 0)
        write_tag(theme, theme->open);
    theme->open.length = 0;
}

/* gnuplot has escaped what is text: that is kept, and whatever else could begin a tag or an entity is not. */
static void write_text(struct theme *theme, struct stretch text)
{
    bool anything = false;
    for (size_t i = 0; i < text.length; i++)
        anything |= !isspace((unsigned char)text.text[i]);
    if (!anything)
        return;
    flush_open(theme);
    for (size_t i = 0; i < text.length; i++) {
        static const char *const entities[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"};
        bool entity = text.text[i] != '&';
        for (size_t e = 0; e < sizeof entities / sizeof *entities; e++)
            entity |= text.length - i >= strlen(entities[e]) && memcmp(text.text + i, entities[e], strlen(entities[e])) == 0;
        if (!entity)
            (void)fputs("&amp;", theme->out);
        else
            (void)fputc(text.text[i], theme->out);
    }
}

static const struct plot_series *series_of(const struct plot *plot, size_t index)
{
    for (size_t p = 0; p < plot->panel_count; index -= plot->panels[p++].count)
        if (index < plot->panels[p].count)
            return &plot->panels[p].series[index];
    return NULL;
}

/* What a pointer that rests on a series is told: its label instead of the number that gnuplot gives it. */
static void write_series_title(struct theme *theme)
{
    const struct plot_series *series = theme->series > 0 ? series_of(theme->plot, theme->series - 1) : NULL;
    if (theme->in_series_title && series && *series->label) {
        (void)fputs("<title>", theme->out);
        html_escape(theme->out, series->label);
        (void)fputs("</title>", theme->out);
    }
    theme->in_series_title = false;
}

static bool is_shape(struct stretch name)
{
    static const char *const shapes[] = {"path", "polygon", "polyline", "rect", "circle", "use", "text", "tspan"};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (is(name, shapes[i]))
            return true;
    return false;
}

static void take_tag(struct theme *theme, struct stretch tag)
{
    bool closes = tag.length > 0 && tag.text[0] == '/';
    struct stretch name = name_of(closes ? (struct stretch){tag.text + 1, tag.length - 1} : tag);
    if (is(name, "title")) {
        flush_open(theme);
        const char *close = closes ? NULL : find(theme->at, theme->end, "</title>");
        if (close) {
            theme->at = close + strlen("</title>");
            write_series_title(theme);
        }
    } else if (is(name, "g") && closes && theme->open.length > 0) {
        theme->open.length = 0; /* it was empty */
    } else if (is(name, "g") && closes) {
        (void)fputs("</g>", theme->out);
    } else if (is(name, "g")) {
        flush_open(theme);
        theme->open = tag;
        if (find(tag.text, tag.text + tag.length, "_plot_"))
            flush_open(theme);
    } else if (is_shape(name)) {
        flush_open(theme);
        if (closes)
            (void)fprintf(theme->out, "</%.*s>", (int)name.length, name.text);
        else
            write_tag(theme, tag);
    }
}

static void write_body(struct theme *theme)
{
    while (theme->at < theme->end) {
        const char *open = memchr(theme->at, '<', (size_t)(theme->end - theme->at));
        const char *text_end = open ? open : theme->end;
        write_text(theme, (struct stretch){theme->at, (size_t)(text_end - theme->at)});
        const char *close = open ? memchr(open, '>', (size_t)(theme->end - open)) : NULL;
        if (!close)
            break;
        theme->at = close + 1;
        take_tag(theme, (struct stretch){open + 1, (size_t)(close - open - 1)});
    }
    /* The group around all has been left out at its beginning. */
}

/* The marks of points, where there are any. */
static void write_points(struct theme *theme)
{
    if (find(theme->at, theme->end, "#gpPt6"))
        (void)fprintf(theme->out, "<defs><circle id=\"%s-gpPt6\" r=\"1\" fill=\"currentColor\"/></defs>", theme->plot->name);
}

static void write_root(const struct theme *theme, bool inline_)
{
    const struct plot *plot = theme->plot;
    int top = inline_ ? PLOT_TITLE_HEIGHT - 8 : 0, height = plot_height(plot) - top;
    (void)fprintf(theme->out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" viewBox=\"0 %d %d %d\" width=\"%d\" height=\"%d\" role=\"img\" "
                  "aria-labelledby=\"%s-title %s-desc\" font-family=\"system-ui,sans-serif\"><title id=\"%s-title\">",
                  top, PLOT_WIDTH, height, PLOT_WIDTH, height, plot->name, plot->name, plot->name);
    html_escape(theme->out, plot->title);
    (void)fprintf(theme->out, "</title><desc id=\"%s-desc\">", plot->name);
    html_escape(theme->out, plot->caption);
    (void)fputs("</desc>", theme->out);
    if (inline_)
        return;
    (void)fputs("<style>", theme->out);
    svg_theme_css(theme->out);
    (void)fputs("svg{color-scheme:light dark;background:var(--paper)}</style>", theme->out);
    (void)fprintf(theme->out, "<rect class=\"f%d\" width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", COLOUR_PAPER, PLOT_WIDTH, height);
}

void svg_theme_css(FILE *out)
{
    for (int dark = 0; dark < 2; dark++) {
        (void)fputs(dark ? "@media(prefers-color-scheme:dark){:root{" : ":root{", out);
        for (size_t i = 0; i < plot_ink_count; i++)
            (void)fprintf(out, "--%s:#%06x;", plot_inks[i].name, dark ? plot_inks[i].dark : plot_inks[i].light);
        (void)fputs(dark ? "}}" : "}", out);
    }
    for (size_t i = 0; i < plot_ink_count; i++)
        (void)fprintf(out, ".k%zu{stroke:var(--%s)}.f%zu{fill:var(--%s)}.c%zu{color:var(--%s)}", i, plot_inks[i].name, i, plot_inks[i].name,
                      i, plot_inks[i].name);
}

enum status svg_theme_write(const struct plot *plot, const char *svg, size_t length, bool inline_, FILE *out)
{
    const char *end = svg + length, *defs = find(svg, end, "</defs>"), *close = NULL;
    for (const char *next = defs; next && (next = find(next, end, "</svg>")); next++)
        close = next;
    if (!defs || !close)
        return STATUS_INVALID;
    /* The last </g> is of the group around all, which began before the definitions. */
    for (const char *at = close; at > defs; at--) {
        if (memcmp(at, "</g>", 4) == 0) {
            close = at;
            break;
        }
    }
    struct theme theme = {.plot = plot, .out = out, .at = defs + strlen("</defs>"), .end = close};
    write_root(&theme, inline_);
    write_points(&theme);
    write_body(&theme);
    (void)fputs(inline_ ? "</svg>" : "</svg>\n", out);
    return STATUS_OK;
}
