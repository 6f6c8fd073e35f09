/* summary_layout.h: which figures of the models a summary shows first. */
#ifndef SLSIM_SUMMARY_LAYOUT_H
#define SLSIM_SUMMARY_LAYOUT_H

#include "measure/headline.h"

extern const struct summary_layout summary_layout;

#endif
