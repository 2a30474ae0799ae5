// A request and its answer, apart from the connection on which they travel.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lode::core {

// As it was sent. A field that came several times is joined with ", ", cookies with "; "; one that
// did not come is "".
struct Request {
  std::string method{}, target{};
  std::string host{}, origin{}, fetch_site{}, authorization{}, cookie{};
};

struct Answer {
  unsigned status = 200;
  std::string type{};  // of the contents
  std::shared_ptr<const std::string> body{};
  std::vector<std::pair<std::string, std::string>> fields{};  // besides those of every answer
};

inline constexpr char kTextType[] = "text/plain; charset=utf-8";

// Returns an answer that says something in one line.
Answer TextAnswer(unsigned status, std::string_view text);

}  // namespace lode::core
