/* pictures.h: what a result of these models is drawn as. */
#ifndef SLSIM_PICTURES_H
#define SLSIM_PICTURES_H

#include "measure/picture.h"

extern const struct picture_layout picture_layout;

#endif
