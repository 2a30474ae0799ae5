#include "core/serve/http.h"

namespace lode::core {

Answer TextAnswer(unsigned status, std::string_view text) {
  return {status, kTextType, std::make_shared<const std::string>(std::string(text).append("\n"))};
}

}  // namespace lode::core
