# shellcheck shell=bash
# Sourced by the cases of `slsim study`: three cards of their own, which stay what they are whatever cards there are, and a reader who knows
# nothing yet.
mkdir m && ln -s "$ROOT/models/rules" "$ROOT/models/prices" "$ROOT/tests/cli/study/study" m/
export SLSIM_MODELS=$PWD/m XDG_STATE_HOME=$PWD/state
