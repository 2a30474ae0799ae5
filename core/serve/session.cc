#include "core/serve/session.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <sstream>
#include <utility>

namespace lode::core {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Fields = http::request<http::empty_body>;

constexpr std::size_t kMostDrained = std::size_t{1} << 20;  // bytes
constexpr std::chrono::seconds kToDrain{2};

// Whatever string type this version of Boost has.
template <class Text>
std::string ToString(const Text& text) {
  return {text.data(), text.size()};
}

// Joins all values of a field.
std::string Joined(const Fields& request, http::field name, const char* gap) {
  std::string joined;
  const auto [begin, end] = request.equal_range(name);
  for (auto at = begin; at != end; ++at) {
    joined.append(at == begin ? "" : gap).append(ToString(at->value()));
  }
  return joined;
}

Request RequestOf(const Fields& fields) {
  Request request;
  request.method = ToString(fields.method_string());
  request.target = ToString(fields.target());
  request.host = Joined(fields, http::field::host, ", ");
  request.origin = Joined(fields, http::field::origin, ", ");
  request.authorization = Joined(fields, http::field::authorization, ", ");
  request.cookie = Joined(fields, http::field::cookie, "; ");
  request.fetch_site = ToString(fields["Sec-Fetch-Site"]);
  return request;
}

std::string HeadOf(const Answer& answer, bool stays_open) {
  http::response<http::empty_body> head(static_cast<http::status>(answer.status), 11);
  for (const auto& fields : {CommonFields(answer), answer.fields}) {
    for (const auto& [name, value] : fields) { head.set(name, value); }
  }
  head.content_length(answer.body->size());
  head.keep_alive(stays_open);
  std::ostringstream text;
  text << head.base();
  return text.str();
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, Shared& shared)
    : stream_(std::move(socket)), shared_(shared), buffer_(2 * shared.limits.request_bytes) {
  ++shared_.connections;
}

void Session::Refuse(const Answer& answer) { Write(answer); }

void Session::Read() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(shared_.limits.request_bytes));
  stream_.expires_after(shared_.limits.to_ask);
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](Error error, std::size_t) { self->OnRead(error); });
}

void Session::OnRead(Error error) { error ? OnMalformed(error) : OnRequest(); }

// A client that is gone or slow gets no answer.
void Session::OnMalformed(Error error) {
  static const auto& http_errors = http::make_error_code(http::error::bad_method).category();
  stays_open_ = is_head_ = false;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return Write(TextAnswer(431, "the request line and the fields are too long"));
  }
  if (error == http::error::body_limit) {
    return Write(TextAnswer(413, "requests have no body here"));
  }
  if (error == http::error::end_of_stream || error.category() != http_errors) { return; }
  Write(TextAnswer(400, "this is not a request of HTTP/1.1: " + error.message()));
}

void Session::OnRequest() {
  const bool has_body = !parser_->is_done();
  stays_open_ = parser_->keep_alive() && !has_body;
  is_head_ = parser_->get().method() == http::verb::head;
  auto answers = shared_.site.Answers(RequestOf(parser_->get()));
  if (Work* const work = std::get_if<Work>(&answers); work != nullptr && !has_body) {
    return Do(std::move(*work));
  }
  const Answer* const answer = std::get_if<Answer>(&answers);
  Write(answer != nullptr ? *answer : TextAnswer(413, "requests have no body here"));
}

void Session::Do(Work work) {
  stream_.expires_never();
  auto& pool = work.is_report ? shared_.reports : shared_.views;
  asio::post(*pool, [self = shared_from_this(), make = std::move(work.make)]() mutable {
    Session& session = *self;
    asio::post(session.stream_.get_executor(),
               [self = std::move(self), answer = make()] { self->Write(answer); });
  });
}

void Session::Write(const Answer& answer) {
  head_ = HeadOf(answer, stays_open_);
  body_ = answer.body;
  stream_.expires_after(shared_.limits.to_take);
  const std::size_t shown = is_head_ ? 0 : body_->size();
  asio::async_write(
      stream_,
      std::array<asio::const_buffer, 2>{asio::buffer(head_), asio::buffer(body_->data(), shown)},
      [self = shared_from_this()](Error error, std::size_t) { self->OnWritten(error); });
}

void Session::OnWritten(Error error) {
  body_.reset();
  if (error) { return; }
  stays_open_ ? Read() : DrainAndClose();
}

// If bytes were unread when the connection closes, the client might lose the answer.
void Session::DrainAndClose() {
  Error ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kToDrain);
  Drain(kMostDrained);
}

void Session::Drain(std::size_t left) {
  stream_.async_read_some(asio::buffer(drained_),
                          [self = shared_from_this(), left](Error error, std::size_t size) {
                            if (!error && size < left) { self->Drain(left - size); }
                          });
}

}  // namespace lode::core
