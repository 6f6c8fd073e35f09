/* managed.h: policies whose contents a template does not show: AWS's managed ones, and SAM's templates. Their contents are rules. */
#ifndef SLSIM_PERMISSIONS_MANAGED_H
#define SLSIM_PERMISSIONS_MANAGED_H

#include "policy.h"

/* One of SAM's policy templates, and a value for its parameter; NULL: it takes none. */
struct template_use {
    const char *name;
    const char *value;
};

/* The statements of the managed policy that `text`, an ARN or a name, means. False: its contents are in no book. */
bool managed_policy(struct validation *validation, const char *text, struct property_list *statements);
/* The same of a template. */
bool template_policy(struct validation *validation, const struct template_use *use, struct property_list *statements);
/* The managed policy of the books of whose name `text` has left out a part; NULL: none. Names that are near in other ways are as likely
 * those of policies that the books do not have. */
const char *managed_policy_near(const struct validation *validation, const char *text);

#endif
