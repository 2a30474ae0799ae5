#include "core/exec/host_executor.h"

#include <utility>
#include <variant>

#include "core/plugin/error.h"
#include "lode/plugin.hpp"

namespace lode::core {

void HostExecutor::Start(const Question& question) {
  asked_.emplace(question.id, question);
  host_.Send(question);
}

std::uint64_t HostExecutor::Next() {
  TakeEarly();
  if (!answers_.First()) {
    host_.Send(Await{});
    Take(std::get<Answer>(Receive()));
  }
  return *answers_.First();
}

Measurement HostExecutor::Finish(std::uint64_t id) {
  host_.Send(Await{id});
  TakeEarly();
  while (!answers_.Contains(id)) { Take(std::get<Answer>(Receive())); }
  return *answers_.Take(id);
}

void HostExecutor::WaitForHost() {
  for (Message message = Receive(); !std::holds_alternative<Continue>(message);
       message = Receive()) {
    early_.push_back(std::get<Answer>(std::move(message)));
  }
}

Message HostExecutor::Receive() {
  Message message = host_.ReceiveAnswer();
  if (const auto* refused = std::get_if<Refused>(&message)) { throw HostError(refused->reason); }
  if (std::holds_alternative<Stopped>(message)) { throw CancelledError(); }
  return message;
}

void HostExecutor::TakeEarly() {
  while (!early_.empty()) {
    Answer answer = std::move(early_.front());
    early_.pop_front();
    Take(std::move(answer));
  }
}

void HostExecutor::Take(Answer answer) {
  const Question question = std::move(asked_.extract(answer.id).mapped());
  Tell(question, answer.measurement);
  answers_.Add(answer.id, std::move(answer.measurement));
}

}  // namespace lode::core
