// One connection: requests come and answers go, one after the other.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>
#include <string>

#include "core/serve/server.h"
#include "core/serve/site.h"

namespace lode::core {

// What the connections of a server share; outlives them.
struct Shared {
  Shared(Site& served, const ServerLimits& applied) : site(served), limits(applied) {}

  Site& site;
  const ServerLimits limits;
  // Where work is done.
  std::optional<boost::asio::thread_pool> views{1}, reports{1};
  std::atomic<std::size_t> connections{0};
};

// Lives as long as something is under way on the connection. In the thread of the connections.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, Shared& shared);
  ~Session() { --shared_.connections; }

  void Begin() { Read(); }
  // Answers without reading, and ends.
  void Refuse(const Answer& answer);

 private:
  using Error = boost::system::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  void Read();
  void OnRead(Error error);
  void OnMalformed(Error error);
  void OnRequest();
  void Do(Work work);
  void Write(const Answer& answer);
  void OnWritten(Error error);
  void DrainAndClose();
  void Drain(std::size_t left);

  boost::beast::tcp_stream stream_;
  Shared& shared_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  bool is_head_ = false, stays_open_ = false;
  std::string head_;                         // of the answer that is being written
  std::shared_ptr<const std::string> body_;  // likewise
  std::array<char, 1024> drained_{};
};

}  // namespace lode::core
