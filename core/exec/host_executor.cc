#include "core/exec/host_executor.h"

#include <utility>
#include <variant>

#include "core/plugin/error.h"
#include "lode/plugin.hpp"

namespace lode::core {

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
