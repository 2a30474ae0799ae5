#include "core/exec/host_channel.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include "core/plugin/error.h"

namespace lode::core {

bool HostChannel::Read() {
  std::array<char, 65536> buffer;
  const ssize_t got = recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (got > 0) { frames_.Add({buffer.data(), static_cast<std::size_t>(got)}); }
  return got > 0 || (got < 0 && errno == EINTR);
}

std::optional<Message> HostChannel::Receive() {
  for (;;) {
    if (auto message = frames_.Next()) { return message; }
    if (cancelled_ || !Read()) { return std::nullopt; }
  }
}

Message HostChannel::ReceiveReply() {
  for (;;) {
    if (auto message = frames_.Next()) { return std::move(*message); }
    if (!Read()) { throw HostError("the host has closed the connection"); }
  }
}

void HostChannel::Send(const Message& message) {
  const std::string frame = Frame(message);
  std::string_view rest = frame;
  const std::lock_guard lock(mutex_);
  while (!rest.empty()) {
    const ssize_t sent = send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) { return; }
    rest.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
  }
}

}  // namespace lode::core
