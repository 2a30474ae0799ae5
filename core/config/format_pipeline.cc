// Writes a resolved pipeline as TOML.
#include <string>

#include "core/config/resolve.h"

namespace lode::core {
namespace {

// Writes a plain "${" as "$${", so that reading it back does not use the environment.
std::string Text(const Value& value) {
  std::string text = FormatValue(value);
  for (std::size_t at = 0; (at = text.find("${", at)) != std::string::npos; at += 3) {
    text.insert(at, 1, '$');
  }
  return text;
}

std::string Line(std::string_view key, const Value& value) {
  return std::string(key) + " = " + Text(value) + "\n";
}

std::string FormatComponent(const ComponentConfig& config, const Catalog& catalog) {
  const ComponentDeclaration& declaration = *catalog.Find(config.kind, config.id);
  std::string text = Line("use", config.id);
  if (!config.preset.empty()) {
    text += Line("preset", config.preset);
  }
  if (!config.policy.empty()) {
    text += Line("policy", config.policy.string());
  }
  for (std::size_t i = 0; i < config.values.size(); ++i) {
    text += Line(declaration.params[i].name, config.values[i]);
  }
  return text;
}

std::string FormatComponents(const std::vector<ComponentConfig>& configs, const char* heading,
                             const Catalog& catalog) {
  std::string text;
  for (const ComponentConfig& config : configs) {
    text += "\n[[" + std::string(heading) + "]]\n" + FormatComponent(config, catalog);
  }
  return text;
}

template <class T>
Value Integers(const std::vector<T>& list) {
  return std::vector<std::int64_t>(list.begin(), list.end());
}

using Entries = std::vector<std::pair<std::string_view, Value>>;

Entries LimitEntries(const LimitConfig& limit) {
  Entries entries{{"metric", limit.metric}};
  if (limit.min) {
    entries.emplace_back("min", *limit.min);
  }
  if (limit.max) {
    entries.emplace_back("max", *limit.max);
  }
  return entries;
}

Entries TermEntries(const TermConfig& term) {
  return {{"metric", term.metric}, {"weight", term.weight}};
}

Entries GoalEntries(const GoalConfig& goal) {
  Entries entries{{"metric", goal.metric}};
  if (goal.reference) {
    entries.emplace_back("reference", *goal.reference);
  }
  return entries;
}

// Returns "limits = [{metric = "macs", max = 3.5e+08}]", or "" for an empty list.
template <class T>
std::string FormatInlineTables(std::string_view key, const std::vector<T>& list,
                               Entries (*entries_of)(const T&)) {
  std::string text;
  for (const T& element : list) {
    std::string table;
    for (const auto& [name, value] : entries_of(element)) {
      table.append(table.empty() ? "" : ", ").append(name).append(" = ").append(Text(value));
    }
    text += (text.empty() ? "{" : ", {") + table + "}";
  }
  return text.empty() ? "" : std::string(key) + " = [" + text + "]\n";
}

std::string FormatLimits(const RewardConfig& reward) {
  if (reward.limits.empty()) {
    return "";
  }
  std::string text = FormatInlineTables("limits", reward.limits, LimitEntries);
  text += Line("limit_rule", std::string(LimitRuleName(reward.limit_rule)));
  switch (reward.limit_rule) {
    case LimitRule::kRejection:
      return text + Line("max_rejections", static_cast<std::int64_t>(reward.max_rejections));
    case LimitRule::kPenalty:
      return text + Line("penalty", std::string(PenaltyName(reward.penalty))) +
             Line("penalty_weight", reward.penalty_weight);
    default:
      return text;
  }
}

std::string FormatReward(const RewardConfig& reward) {
  std::string text = "\n[reward]\n" + Line("metric", reward.metric);
  text += Line("transform", std::string(TransformName(reward.transform)));
  if (reward.transform == Transform::kRelative) {
    text += Line("reference", reward.reference);
  }
  text += Line("scale", reward.scale) + Line("allow_test", reward.allow_test);
  return text + FormatLimits(reward) + FormatInlineTables("add", reward.add, TermEntries) +
         FormatInlineTables("goals", reward.goals, GoalEntries);
}

std::string FormatBudget(const BudgetConfig& budget) {
  std::string text = "\n[budget]\n";
  if (budget.steps) {
    text += Line("steps", static_cast<std::int64_t>(*budget.steps));
  }
  if (budget.unique_queries) {
    text += Line("unique_queries", static_cast<std::int64_t>(*budget.unique_queries));
  }
  if (budget.simulated_seconds) {
    text += Line("simulated_seconds", static_cast<std::int64_t>(*budget.simulated_seconds));
  }
  if (budget.evaluations && budget.evaluations != budget.unique_queries) {
    text += Line("evaluations", static_cast<std::int64_t>(*budget.evaluations));
  }
  text += Line("marks", Integers(budget.marks)) +
          Line("patience", static_cast<std::int64_t>(budget.patience));
  if (budget.stop_after_no_improvement) {
    text += Line("stop_after_no_improvement",
                 static_cast<std::int64_t>(*budget.stop_after_no_improvement));
  }
  return budget.wall_seconds > 0 ? text + Line("wall_seconds", budget.wall_seconds) : text;
}

std::string FormatConfirm(const ConfirmConfig& confirm) {
  return confirm.repeats == 0
             ? ""
             : "\n[confirm]\n" + Line("repeats", static_cast<std::int64_t>(confirm.repeats)) +
                   Line("candidates", static_cast<std::int64_t>(confirm.candidates));
}

std::string IsolateLine(const ExecutionConfig& execution) {
  return execution.isolate_all ? Line("isolate", std::string("all"))
                               : Line("isolate", execution.isolate);
}

std::string FormatExecution(const ExecutionConfig& execution) {
  return "\n[execution]\n" + Line("on_error", std::string(OnErrorName(execution.on_error))) +
         Line("retries", static_cast<std::int64_t>(execution.retries)) +
         Line("max_failures", static_cast<std::int64_t>(execution.max_failures)) +
         Line("commit", std::string(CommitName(execution.commit))) +
         Line("workers", static_cast<std::int64_t>(execution.workers)) +
         Line("threads", static_cast<std::int64_t>(execution.threads)) + IsolateLine(execution) +
         Line("timeout_seconds", execution.timeout_seconds) +
         Line("memory_limit", static_cast<std::int64_t>(execution.memory_limit));
}

std::string FormatReference(const ReferenceConfig& reference) {
  std::string text = "\n[[reference]]\n" + Line("label", reference.label);
  if (reference.mark) {
    text += Line("mark", static_cast<std::int64_t>(*reference.mark));
  }
  text += Line("mean", reference.mean) + Line("std", reference.std);
  std::string where;
  for (const auto& [path, value] : reference.where) {
    where += (where.empty() ? "" : ", ") + FormatValue(path) + " = " + Text(value);
  }
  return text + "where = {" + where + "}\n";
}

std::string FormatPlugins(const std::vector<std::filesystem::path>& plugins) {
  std::vector<std::string> paths;
  paths.reserve(plugins.size());
  for (const auto& plugin : plugins) {
    paths.push_back(plugin.string());
  }
  return paths.empty() ? "" : "\n[plugins]\n" + Line("paths", paths);
}

}  // namespace

std::string_view OnErrorName(OnError on_error) {
  switch (on_error) {
    case OnError::kStop:
      return "stop";
    case OnError::kRetry:
      return "retry";
    default:
      return "skip";
  }
}

std::string_view CommitName(Commit commit) {
  switch (commit) {
    case Commit::kTrial:
      return "trial";
    case Commit::kBatch:
      return "batch";
    default:
      return "auto";
  }
}

std::string_view TransformName(Transform transform) {
  switch (transform) {
    case Transform::kExponential:
      return "exponential";
    case Transform::kRelative:
      return "relative";
    default:
      return "identity";
  }
}

std::string_view LimitRuleName(LimitRule rule) {
  switch (rule) {
    case LimitRule::kPenalty:
      return "penalty";
    case LimitRule::kDeath:
      return "death";
    default:
      return "rejection";
  }
}

std::string_view PenaltyName(Penalty penalty) {
  return penalty == Penalty::kAbsolute ? "absolute" : "soft";
}

std::string FormatPipeline(const Pipeline& p, const Catalog& catalog) {
  std::string text = "[pipeline]\n" + Line("name", p.name) + Line("description", p.description) +
                     Line("seeds", Integers(p.seeds));
  text += FormatPlugins(p.plugins);
  text += "\n[space]\n" + FormatComponent(p.space, catalog);
  text += FormatComponents(p.oracles, "oracle", catalog);
  if (!p.is_preparation()) {
    text += FormatReward(p.reward);
    text += FormatComponents(p.explorations, "exploration", catalog);
    text += "\n[optimizer]\n" + FormatComponent(p.optimizer, catalog);
    text += FormatBudget(p.budget) + FormatConfirm(p.confirm);
  }
  text += FormatExecution(p.execution);
  for (const ReferenceConfig& reference : p.references) {
    text += FormatReference(reference);
  }
  return text;
}

}  // namespace lode::core
