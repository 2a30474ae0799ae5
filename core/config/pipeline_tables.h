// The tables of a pipeline, each declared once with the struct that it fills (pipeline.h). To add a
// key, add a member to the struct and one line to the table's declaration.
#pragma once

#include "core/config/pipeline.h"
#include "core/config/typed_table.h"

namespace lode::core {

const TypedTable<Pipeline>& PipelineTable();  // [pipeline]
const TypedTable<Pipeline>& PluginsTable();   // [plugins]
const TypedTable<RewardConfig>& RewardTable();
const TypedTable<LimitConfig>& LimitsTable();  // of [reward], like the next two
const TypedTable<TermConfig>& TermsTable();
const TypedTable<GoalConfig>& GoalsTable();
const TypedTable<StartConfig>& StartTable();
const TypedTable<BudgetConfig>& BudgetTable();
const TypedTable<ConfirmConfig>& ConfirmTable();
const TypedTable<RecordConfig>& RecordTable();
const TypedTable<ExecutionConfig>& ExecutionTable();
const TypedTable<ReferenceConfig>& ReferenceTable();

// The keys of a component's table in addition to the component's own parameters.
const TypedTable<ComponentConfig>& ComponentTable();

}  // namespace lode::core
