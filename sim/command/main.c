/* main.c: hands the models to the simulator: the only file that names both. */
#include "command/command.h"
#include "models.h"

#include <gsl/gsl_errno.h>
#include <stddef.h>

int main(int argc, char **argv)
{
    /* Errors come back as codes, which are looked at. */
    (void)gsl_set_error_handler_off();
    const struct program program = {.registry = &model_registry,
                                    .layout = &summary_layout,
                                    .pictures = &picture_layout,
                                    .servers = server_offers,
                                    .usage_keys = usage_keys,
                                    .trace_rules = trace_rules};
    return command_main(&program, argc, argv);
}
