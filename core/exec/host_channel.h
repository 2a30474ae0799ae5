// The stream of messages between a worker and its host.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "core/exec/message.h"

namespace lode::core {

class HostChannel {
 public:
  // `descriptor` is a connected socket; it stays open. `cancelled` outlives *this.
  HostChannel(int descriptor, const std::atomic<bool>& cancelled)
      : descriptor_(descriptor), cancelled_(cancelled) {}

  // Returns nothing if the host has closed the connection or cancellation is requested. Throws
  // HostError.
  std::optional<Message> Receive();
  // Waits regardless of cancellation, for messages that the host always answers. Throws HostError,
  // also if the host has closed the connection.
  Message ReceiveReply();

  // May be called from any thread. Once the host has closed the connection, messages are dropped.
  void Send(const Message& message);

 private:
  // Waits for bytes. Returns false at the end of the stream; true without bytes means that a signal
  // came.
  bool Read();

  const int descriptor_;
  const std::atomic<bool>& cancelled_;
  FrameReader frames_;
  std::mutex mutex_;
};

}  // namespace lode::core
