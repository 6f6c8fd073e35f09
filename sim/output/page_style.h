/* page_style.h: the style sheet and the script of all pages. */
#ifndef SLSIM_OUTPUT_PAGE_STYLE_H
#define SLSIM_OUTPUT_PAGE_STYLE_H

extern const char page_css[];
extern const char page_script[];

#endif
