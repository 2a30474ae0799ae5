// What the optimizer declares: parameters, presets and its description.
#include "plugins/optimizers/l2nas/l2nas.h"

namespace l2nas {
namespace {

constexpr char kDoc[] =
    "Mills et al., L2NAS: Learning to Optimize Neural Architectures via Continuous-Action "
    "Reinforcement Learning, CIKM 2021. An actor maps the state, the mean of the best "
    "architectures so far, to an action; a critic learns the upper quantile of the reward of an "
    "action by the check loss; the actor ascends the critic. Exploration at random comes from the "
    "pipeline: epsilon_greedy on NAS-Bench-201, warm_up on DARTS and Once-for-All.\n\n"
    "The defaults are those of the paper's NAS-Bench-201 experiment except for the actor's "
    "learning rate, which the paper prints as 1e-8 without saying how the networks are "
    "initialized. With orthogonal weights and output layers scaled by 1e-3 (preset paper) that "
    "rate comes close to the paper's Table 1; with LibTorch's usual initialization it collapses. "
    "With the usual initialization and 1e-4 (preset robust) the search is robust.\n\n"
    "The paper leaves choices open. Here the state starts at zeros; while fewer than K "
    "architectures are known it is the mean of those; it keeps K distinct ones, each with its "
    "best reward, and of equal rewards the one told first. It learns from each trial when it is "
    "told, in any order of steps, with the state at that time. A proposal may leave [0, 1] by the "
    "noise. A saved policy holds all networks with Adam's moments; the top K and the replay "
    "buffer start empty.\n\n"
    "Preset plus needs far fewer queries. Several critics see architectures instead of actions, "
    "and learn rewards relative to the best and the median so far. A step proposes the unseen "
    "candidate that they value most, with a bonus where they disagree: candidates are drawn from "
    "the actor, by mutating the best architectures, and from the whole space. It explores by "
    "itself, so its pipeline needs no exploration. It is a search guided by critics rather than a "
    "learned policy: nearly all of its proposals are mutations (the record candidate_source is 0 "
    "for the actor's, 1 for mutations, 2 for the whole space).";

// A smaller epsilon could vanish next to a moment of zero, and Adam would divide zero by zero.
constexpr double kLeastEpsilon = 1e-30;

using C = L2nas::Config;
using lode::Range;

// Those of the paper.
lode::Params<C> PaperParameters() {
  const Range unit{0, 1, true, true};
  return {{"top_k", &C::top_k, "Number of best distinct architectures whose mean is the state (K).",
           Range{1, 1e6}},
          {"quantile", &C::quantile, "Quantile of the reward that the critic learns (tau).", unit},
          {"batch_size", &C::batch_size, "Trials in a batch (|B|), drawn with replacement.",
           Range{1, 65536}},
          {"max_batches", &C::max_batches,
           "Maximum number of batches trained on in a step (C_max).", Range{1, 65536}},
          {"noise", &C::noise, "Half-width of the uniform noise on the actor's output (xi, eq. 4).",
           Range{0, 1}},
          lode::Param<C>{"actor_learning_rate", &C::actor_learning_rate,
                         "Adam's learning rate for the actor.", Range{0, 1, true}}
              .LogScale(),
          lode::Param<C>{"critic_learning_rate", &C::critic_learning_rate,
                         "Adam's learning rate for the critic.", Range{0, 1, true}}
              .LogScale(),
          {"beta1", &C::beta1, "Adam's decay of the mean of gradients.", Range{0, 1, false, true}},
          {"beta2", &C::beta2, "Adam's decay of the mean of squared gradients.",
           Range{0, 1, false, true}},
          lode::Param<C>{"epsilon", &C::epsilon, "Adam's guard against division by zero.",
                         Range{kLeastEpsilon, 1}}
              .LogScale(),
          {"hidden_width", &C::hidden_width, "Units in each of the three hidden layers.",
           Range{1, 4096}},
          {"replay_capacity", &C::replay_capacity,
           "Number of last trials that the replay buffer keeps, at least batch_size; 0 keeps all.",
           Range{0, 1e9}},
          {"initialization", &C::initialization,
           "How the networks start: uniform, as LibTorch's Linear does, or orthogonal with zero "
           "biases.",
           lode::Choices{{"uniform", "orthogonal"}}},
          {"output_scale", &C::output_scale,
           "Factor on the output layers' initial weights and biases.", Range{0, 1, true}}};
}

// What the critics learn from, and how many there are.
lode::Params<C> CriticParameters() {
  return {
      {"critic_input", &C::critic_input,
       "What the critic sees of a trial: its action, as in the paper, or the ones and zeros of its "
       "architecture.",
       lode::Choices{{"action", "architecture"}}},
      {"rows_compete", &C::rows_compete,
       "Whether the actor follows only the differences of the critic's gradient between the cells "
       "of a row, which decide, and not what would raise them all."},
      {"critics", &C::critics,
       "Number of critics, each with its own initialization and batches; the actor ascends one of "
       "them, drawn for each batch.",
       Range{1, 100}},
      {"relative_rewards", &C::relative_rewards,
       "Whether the critic learns max((r - median) / (best - median), -1), with the median and the "
       "best of the distinct architectures' rewards so far, instead of the reward r."},
      {"best_share", &C::best_share,
       "Share of each batch that is drawn from the trials with the highest rewards, the rest from "
       "all.",
       Range{0, 1}},
      {"best_trials", &C::best_trials, "How many trials with the highest rewards that share has.",
       Range{1, 1e6}}};
}

// What is proposed instead of the actor's action.
lode::Params<C> ProposalParameters() {
  return {
      {"explore_start", &C::explore_start,
       "Probability of an unseen architecture at random at the start, in addition to the "
       "pipeline's exploration.",
       Range{0, 1}},
      {"explore_end", &C::explore_end, "The same once explore_steps architectures are known.",
       Range{0, 1}},
      lode::Param<C>{"explore_steps", &C::explore_steps,
                     "Number of known architectures over which the probability changes from "
                     "explore_start to explore_end, along a cosine.",
                     Range{1, 1e9}}
          .Unit("architectures"),
      {"actor_candidates", &C::actor_candidates,
       "Number of candidates drawn from the actor with noise on its logits. With any candidates a "
       "step proposes the best unseen one by the critics instead of the actor's action.",
       Range{0, 1e6}},
      {"mutant_candidates", &C::mutant_candidates,
       "Number of candidates that are mutations of the best architectures.", Range{0, 1e6}},
      {"uniform_candidates", &C::uniform_candidates,
       "Number of candidates drawn from the whole space.", Range{0, 1e6}},
      {"logit_noise", &C::logit_noise,
       "Standard deviation of the normal noise on the actor's logits, for candidates.",
       Range{0, 100}},
      {"parents", &C::parents,
       "Number of best architectures, at most top_k, of which candidates are mutations.",
       Range{1, 1e6}},
      {"second_mutation", &C::second_mutation, "Probability that a mutation is mutated once more.",
       Range{0, 1}},
      {"deviations", &C::deviations,
       "Candidates are ranked by the critics' mean plus this many of their standard deviations.",
       Range{-100, 100}}};
}

}  // namespace

lode::Params<L2nas::Config> L2nas::Parameters() {
  lode::Params<Config> all = PaperParameters();
  for (const lode::Params<Config>& more : {CriticParameters(), ProposalParameters()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

lode::Presets L2nas::Presets() {
  return {
      {"robust",
       "LibTorch's usual initialization with an actor learning rate that works.",
       {{"actor_learning_rate", 1e-4}, {"initialization", "uniform"}, {"output_scale", 1.0}}},
      {"paper",
       "The paper's actor learning rate, with the initialization that makes it work.",
       {{"actor_learning_rate", 1e-8}, {"initialization", "orthogonal"}, {"output_scale", 1e-3}}},
      {"plus",
       "Critics choose among unseen candidates, and it explores by itself.",
       {{"critic_input", "architecture"},
        {"rows_compete", true},
        {"critic_learning_rate", 3e-3},
        {"critics", 5},
        {"relative_rewards", true},
        {"explore_start", 1.0},
        {"explore_end", 0.05},
        {"explore_steps", 20},
        {"batch_size", 4},
        {"max_batches", 20},
        {"actor_candidates", 64},
        {"mutant_candidates", 128},
        {"uniform_candidates", 128}}}};
}

const lode_component* Component() {
  return lode::OptimizerComponent<L2nas>(
      "l2nas", "1.0.0", "Continuous-action reinforcement learning with a quantile critic.", kDoc,
      LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER);
}

}  // namespace l2nas
