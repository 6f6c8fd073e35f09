/* unfinished.h: what has a temporary name now, so that a program that is stopped at once leaves nothing half written behind. The list is
 * the program's: a signal's handler is given no context. Threads may use it at the same time. */
#ifndef SLSIM_OUTPUT_UNFINISHED_H
#define SLSIM_OUTPUT_UNFINISHED_H

/* `name`, a file or a folder of files in `folder` (a descriptor, or AT_FDCWD), is temporary until unfinished_end of the number that is
 * returned; 0: it is not kept in mind, as there are too many or the name is too long, and unfinished_end does nothing. */
int unfinished_begin(int folder, const char *name);
void unfinished_end(int number);

/* Removes all of it. For a signal's handler, after which the program ends: calls nothing else but what such a handler may. */
void unfinished_remove(void);

#endif
