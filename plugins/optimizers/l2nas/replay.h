// The replay buffer R of (state, action, reward).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <numeric>
#include <span>
#include <vector>

namespace l2nas {

// A batch in the form that the networks take: rows padded with zeros.
struct Batch {
  std::vector<float> states;
  std::vector<float> actions;
  std::vector<float> rewards;
};

class Replay {
 public:
  // `row`: padded cells. `capacity`: the number of last trials that are kept; 0 keeps all.
  Replay(std::size_t row, std::size_t capacity) : row_(row), capacity_(capacity) {}

  std::size_t size() const { return rewards_.size(); }

  // Rows of `row` floats.
  void Add(std::span<const float> state, std::span<const float> action, float reward) {
    if (capacity_ == 0 || size() < capacity_) {
      states_.insert(states_.end(), state.begin(), state.end());
      actions_.insert(actions_.end(), action.begin(), action.end());
      rewards_.push_back(reward);
      return;
    }
    std::ranges::copy(state, states_.begin() + static_cast<std::ptrdiff_t>(oldest_ * row_));
    std::ranges::copy(action, actions_.begin() + static_cast<std::ptrdiff_t>(oldest_ * row_));
    rewards_[oldest_] = reward;
    oldest_ = (oldest_ + 1) % capacity_;
  }

  // Returns the entries with the highest rewards, at most `count` of them.
  std::vector<std::size_t> Best(std::size_t count) const {
    std::vector<std::size_t> order(size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    count = std::min(count, order.size());
    std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(count),
                              [&](std::size_t a, std::size_t b) {
                                return rewards_[a] != rewards_[b] ? rewards_[a] > rewards_[b]
                                                                  : a < b;
                              });
    order.resize(count);
    return order;
  }

  // Draws with replacement: the first `chosen` of the batch from the entries `from`, which are not
  // empty, the others from all, equally likely. REQUIRES: size() > 0, chosen <= count.
  void Draw(lode::Random random, std::size_t count, Batch& batch, std::size_t chosen = 0,
            std::span<const std::size_t> from = {}) const {
    batch.states.resize(count * row_);
    batch.actions.resize(count * row_);
    batch.rewards.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = i < chosen ? from[random.Below(from.size())] : random.Below(size());
      std::copy_n(states_.begin() + static_cast<std::ptrdiff_t>(at * row_), row_,
                  batch.states.begin() + static_cast<std::ptrdiff_t>(i * row_));
      std::copy_n(actions_.begin() + static_cast<std::ptrdiff_t>(at * row_), row_,
                  batch.actions.begin() + static_cast<std::ptrdiff_t>(i * row_));
      batch.rewards[i] = rewards_[at];
    }
  }

 private:
  std::size_t row_;
  std::size_t capacity_;
  std::size_t oldest_ = 0;  // once the buffer is full
  std::vector<float> states_;
  std::vector<float> actions_;
  std::vector<float> rewards_;
};

}  // namespace l2nas
