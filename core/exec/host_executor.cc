#include "core/exec/host_executor.h"

#include <utility>
#include <variant>

#include "core/exec/network_link.h"
#include "core/plugin/error.h"
#include "lode/plugin.hpp"

namespace lode::core {

HostExecutor::HostExecutor(const SearchSetup& setup, HostChannel& host)
    : metrics_(setup.metrics),
      fidelities_(setup.fidelities),
      capacity_(setup.capacity),
      host_(host) {
  if (setup.network_cells > 0) {
    network_ = std::make_unique<RemoteNetwork>(
        setup.network_cells, [this](const NetworkCall& call) { return CallNetwork(call); });
  }
}

// The optimizer calls while no evaluation is under way.
NetworkReply HostExecutor::CallNetwork(const NetworkCall& call) {
  host_.Send(call);
  return std::get<NetworkReply>(Receive());
}

void HostExecutor::Start(const Query& query) {
  asked_.emplace(query.id, query);
  host_.Send(query);
}

std::uint64_t HostExecutor::Next() {
  TakeEarly();
  if (!finished_.First()) {
    host_.Send(Await{});
    Take(std::get<Finished>(Receive()));
  }
  return *finished_.First();
}

Evaluation HostExecutor::Finish(std::uint64_t id) {
  host_.Send(Await{id});
  TakeEarly();
  while (!finished_.Contains(id)) { Take(std::get<Finished>(Receive())); }
  return *finished_.Take(id);
}

void HostExecutor::WaitForHost() {
  for (Message message = Receive(); !std::holds_alternative<Continue>(message);
       message = Receive()) {
    early_.push_back(std::get<Finished>(std::move(message)));
  }
}

Message HostExecutor::Receive() {
  Message message = host_.ReceiveReply();
  if (const auto* refused = std::get_if<Refused>(&message)) { throw HostError(refused->reason); }
  if (std::holds_alternative<Stopped>(message)) { throw CancelledError(); }
  return message;
}

void HostExecutor::TakeEarly() {
  while (!early_.empty()) {
    Finished finished = std::move(early_.front());
    early_.pop_front();
    Take(std::move(finished));
  }
}

void HostExecutor::Take(Finished finished) {
  const Query query = std::move(asked_.extract(finished.id).mapped());
  Tell(query, finished.evaluation);
  finished_.Add(finished.id, std::move(finished.evaluation));
}

}  // namespace lode::core
