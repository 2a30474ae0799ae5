// The stream of messages between a worker and its host.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "core/exec/message.h"

namespace lode::core {

class HostChannel {
 public:
  // `descriptor`: a connected socket, which stays open. `cancelled` outlives *this.
  HostChannel(int descriptor, const std::atomic<bool>& cancelled)
      : descriptor_(descriptor), cancelled_(cancelled) {}

  // Nothing if the host has hung up, or the wish to cancel has come. Throws HostError.
  std::optional<Message> Receive();
  // Waits whatever is wished: for what the host answers in any case. Throws HostError, also if the
  // host has hung up.
  Message ReceiveAnswer();

  // Any thread. What cannot be sent any more is lost: the host has hung up.
  void Send(const Message& message);

 private:
  // Waits for bytes; false at the end. True without bytes: a signal came.
  bool Read();

  const int descriptor_;
  const std::atomic<bool>& cancelled_;
  FrameReader frames_;
  std::mutex mutex_;
};

}  // namespace lode::core
