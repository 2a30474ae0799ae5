#include "core/serve/server.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "core/plugin/error.h"
#include "core/serve/session.h"

namespace lode::core {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr int kNiceness = 10;
constexpr int kBacklog = 128;
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};

asio::ip::address AddressOf(const std::string& text) {
  Error error;
  asio::ip::address address = asio::ip::make_address(text, error);
  if (error) {
    throw HostError("--address " + text +
                    ": expected a numeric address, like 127.0.0.1, ::1 or 0.0.0.0 (all networks)");
  }
  return address;
}

// Threads that are started meanwhile get no signals: the program's own threads handle them.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_{};
};

void LowerPriority() { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness); }

}  // namespace

class Server::Listening {
 public:
  Listening(const tcp::endpoint& endpoint, const ServerLimits& limits)
      : limits_(limits), acceptor_(context_), retry_(context_) {
    // Programs that the runs start do not inherit it.
    const int socket =
        ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    if (socket < 0) { Fail(endpoint, std::strerror(errno)); }
    acceptor_.assign(endpoint.protocol(), socket);
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    Error error;
    acceptor_.bind(endpoint, error);
    if (!error) { acceptor_.listen(kBacklog, error); }
    if (error == asio::error::address_in_use) {
      Fail(endpoint, "the port is in use; --port 0 chooses a free one");
    }
    if (error) { Fail(endpoint, error.message()); }
    acceptor_.non_blocking(true);
  }

  ~Listening() {
    if (!shared_) { return; }
    context_.stop();
    thread_.join();
    shared_->site.Cancel();
    shared_->views.reset();  // first, because work holds connections of the context
    shared_->reports.reset();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void Start(Site& site) {
    const WithoutSignals without_signals;
    shared_.emplace(site, limits_);
    for (auto* pool : {&shared_->views, &shared_->reports}) { asio::post(**pool, LowerPriority); }
    AcceptNext();
    thread_ = std::thread([this] {
      LowerPriority();
      context_.run();
    });
  }

 private:
  [[noreturn]] static void Fail(const tcp::endpoint& endpoint, const std::string& why) {
    throw HostError("cannot listen on " + endpoint.address().to_string() + ", port " +
                    std::to_string(endpoint.port()) + ": " + why);
  }

  void AcceptNext() {
    acceptor_.async_wait(tcp::acceptor::wait_read, [this](Error error) {
      if (!error) { Accept(); }
    });
  }

  void Accept() {
    const int number =
        accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (number < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS)) {
      retry_.expires_after(kPauseWithoutDescriptors);
      return retry_.async_wait([this](Error) { AcceptNext(); });
    }
    if (number >= 0) {
      Serve(tcp::socket(context_, acceptor_.local_endpoint().protocol(), number));
    }
    AcceptNext();
  }

  void Serve(tcp::socket socket) {
    Error ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const bool is_full = shared_->connections >= limits_.connections;
    const auto session = std::make_shared<Session>(std::move(socket), *shared_);
    is_full ? session->Refuse(TextAnswer(503, "too many connections; try again"))
            : session->Begin();
  }

  const ServerLimits limits_;
  std::optional<Shared> shared_;  // outlives the connections, which the context holds
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  std::thread thread_;
};

Server::Server(const std::string& address, std::uint16_t port, const ServerLimits& limits)
    : listening_(std::make_unique<Listening>(tcp::endpoint(AddressOf(address), port), limits)) {}

Server::~Server() = default;

std::uint16_t Server::port() const { return listening_->port(); }

void Server::Start(Site& site) { listening_->Start(site); }

bool IsLoopback(const std::string& address) { return AddressOf(address).is_loopback(); }

}  // namespace lode::core
