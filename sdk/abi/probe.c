/* A library whose exports reach every type of the ABI, for check_abi.py to describe. Enums are
 * exported separately: the tables carry their values as integers. Additions of a minor go under #if
 * LODE_TARGET_MINOR >= N. */
#include <lode/plugin.h>

#define REACH(name, type)        \
  LODE_EXPORT void name(type t); \
  void name(type t) { (void)t; }

REACH(plugin, const lode_plugin*)
REACH(space, const lode_space_api*)
REACH(oracle, const lode_oracle_api*)
REACH(exploration, const lode_exploration_api*)
REACH(optimizer, const lode_optimizer_api*)

REACH(status_code, enum lode_status_code)
REACH(type_code, enum lode_type_code)
REACH(param_flag, enum lode_param_flag)
REACH(level_code, enum lode_level_code)
REACH(direction_code, enum lode_direction_code)
REACH(split_code, enum lode_split_code)
REACH(metric_flag, enum lode_metric_flag)
REACH(proposal_kind, enum lode_proposal_kind)
REACH(trial_flag, enum lode_trial_flag)
REACH(kind_code, enum lode_kind_code)
REACH(capability, enum lode_capability)

#if LODE_TARGET_MINOR >= 3
REACH(relaxed_feature, enum lode_relaxed_feature)
REACH(absent_code, enum lode_absent_code)
#endif
