// The HTTP server: connections, their limits, and the threads that serve them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/serve/site.h"

namespace lode::core {

struct ServerLimits {
  std::size_t connections = 256;
  std::size_t request_bytes = 8192;          // of the request line and all fields
  std::chrono::milliseconds to_ask{15000};   // for a whole request, from the one before
  std::chrono::milliseconds to_take{60000};  // for a client to take an answer
};

// Its threads have a low priority, so that runs on the same machine go first.
class Server {
 public:
  // Listens, but does not answer yet. `address`: numeric; `port`: 0 for any that is free. Throws
  // HostError.
  Server(const std::string& address, std::uint16_t port, const ServerLimits& limits = {});
  // Ends the threads and closes all connections.
  ~Server();

  std::uint16_t port() const;

  // Begins to answer. `site` outlives *this.
  void Start(Site& site);

 private:
  class Listening;
  std::unique_ptr<Listening> listening_;
};

// Whether only programs of this machine reach an address. Throws HostError if it is no address.
bool IsLoopback(const std::string& address);

}  // namespace lode::core
