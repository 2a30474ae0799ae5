// A relaxed network in another process than the optimizer that trains it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <utility>

#include "core/exec/message.h"
#include "core/search/executor.h"

namespace lode::core {

// The optimizer's end.
class RemoteNetwork : public NetworkOwner, private RelaxedNetwork {
 public:
  // `call` passes a call on and returns the reply; it throws HostError, CancelledError.
  using Call = std::function<NetworkReply(const NetworkCall&)>;
  RemoteNetwork(std::size_t cells, Call call)
      : call_(std::move(call)), cells_(cells), handle_(*this, cells) {}

  lode_relaxed handle() override { return handle_.handle(); }
  std::size_t cells() const override { return cells_; }
  void Save(const std::filesystem::path& file) override;
  void Load(const std::filesystem::path& file) override;

 private:
  RelaxedInfo Info() const override;
  void Restart(const RelaxedStart& start) override;
  RelaxedResult Step(const RelaxedBatch& batch) override;
  RelaxedResult Measure(const RelaxedBatch& batch) override;

  // Returns a reply without a failure. Throws lode::Error.
  NetworkReply Ask(const NetworkCall& call) const;
  RelaxedResult Run(NetworkRequest request, const RelaxedBatch& batch) const;
  void Keep(NetworkRequest request, const std::filesystem::path& file) const;

  const Call call_;
  const std::size_t cells_;
  RelaxedHandle handle_;
};

// The network's end: makes the call. Its failure is in the reply.
NetworkReply Answer(NetworkOwner* network, const NetworkCall& call);

}  // namespace lode::core
