#include <algorithm>
#include <cmath>
#include <lode/math.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/verify/space_check.h"
#include "core/verify/space_parts.h"

namespace lode::verify {
namespace {

constexpr std::size_t kWalkLimit = 100'000;
constexpr std::size_t kRoundTrips = 20'000;

class TextContract : public SpaceCheck {
 public:
  using SpaceCheck::SpaceCheck;

  void Check() {
    Do("formatting and parsing", &TextContract::CheckRoundTrip);
    Do("parsing mangled texts", &TextContract::CheckMangledText);
    Do("formatting bytes that are not an architecture", &TextContract::CheckInvalidBytes);
  }

 private:
  void CheckRoundTrip() {
    const bool walk = space_.CanListNeighbours() &&
                      space_.Log10Size() <= math::Log10(static_cast<double>(kWalkLimit));
    CheckFullTextSink();
    const std::vector<Bytes> list = walk ? Walk() : Draw();
    std::unordered_set<std::string> texts;
    for (const Bytes& architecture : list) {
      const auto text = space_.Format(architecture);
      if (!Require(text.has_value(), "space.format", "refuses an architecture of the space")) {
        continue;
      }
      Require(!text->empty() && text->find('\n') == std::string::npos, "space.format",
              "is empty or has a line break: '" + *text + "'");
      Require(IsPrintableLine(*text), "text.printable",
              "'" + *text + "' has control characters, or is not UTF-8");
      Require(space_.Parse(*text) == architecture, "space.round_trip",
              "parse does not return the architecture that '" + *text + "' was written for");
      Require(texts.insert(*text).second, "space.round_trip",
              "'" + *text + "' is the text of two architectures");
    }
    if (walk) {
      const double size = math::Log10(static_cast<double>(list.size()));
      Require(std::abs(size - space_.Log10Size()) < 1e-6, "space.log10_size",
              "a walk over neighbors finds " + std::to_string(list.size()) + " architectures");
    }
  }

  void CheckFullTextSink() {
    const lode_sink sink{nullptr,
                         [](void*, const void*, std::size_t) -> lode_status { return LODE_E_IO; }};
    const lode_status status =
        space_.api().format(space_.instance(), samples_.front().data(), sink, nullptr);
    Require(status != LODE_OK, "space.format", "succeeds although its sink reported an error");
  }

  // Returns every architecture that mutations reach from the first sample.
  std::vector<Bytes> Walk() {
    std::vector<Bytes> list = {samples_.front()};
    BytesSet met = {samples_.front()};
    for (std::size_t at = 0; at < list.size() && list.size() < 2 * kWalkLimit; ++at) {
      const Bytes from = list[at];
      const auto neighbours = space_.Neighbours(from);
      if (!Require(neighbours.has_value(), "space.neighbours", "fails for " + Text(from))) {
        break;
      }
      for (const Bytes& neighbour : *neighbours) {
        if (met.insert(neighbour).second) { list.push_back(neighbour); }
      }
    }
    return list;
  }

  std::vector<Bytes> Draw() {
    test::RandomStream stream(3, "round trip");
    BytesSet distinct;
    Bytes architecture(space_.cells());
    for (std::size_t i = 0; i < kRoundTrips; ++i) {
      space_.api().sample(space_.instance(), stream.handle(), architecture.data(), nullptr);
      distinct.insert(architecture);
    }
    return {distinct.begin(), distinct.end()};
  }

  // parse may accept other spellings of an architecture, but must read the whole text: one that
  // differs from `original` by more than white space must be refused or be another architecture.
  void CheckText(const std::string& text, const Bytes* original = nullptr, bool blank = false) {
    const auto architecture = space_.Parse(text);
    if (architecture) {
      if (!Require(space_.IsValid(*architecture), "space.parse",
                   "turns '" + text + "' into bytes that are not an architecture")) {
        return;
      }
      Require(blank || original == nullptr || *architecture != *original, "space.parse",
              "does not read all of '" + text + "'");
    } else {
      Require(space_.status() == LODE_E_INVALID, "space.parse",
              "refuses '" + text + "' with another status than invalid");
    }
  }

  void CheckMangledText() {
    for (const char* text : {"", " ", "\n", "not an architecture", "\xff\xfe"}) {
      Require(!space_.Parse(text), "space.parse", "accepts '" + std::string(text) + "'");
    }
    for (std::size_t i = 0; i < 10; ++i) { CheckMangled(samples_[i]); }
    CheckText(std::string(1 << 20, '1'));
  }

  void CheckMangled(const Bytes& sample) {
    const std::string text = *space_.Format(sample);
    for (const char* between : {"", " ", "\t", "\n"}) {
      for (const std::string& more : {text, std::string("x"), std::string("0"), std::string("#")}) {
        CheckText(std::string(text).append(between).append(more), &sample);
      }
    }
    using namespace std::string_literals;
    for (const std::string& more :
         {text + "#", "#" + text, text + "\0"s, text + "\0x"s, text + "\x01"}) {
      Require(!space_.Parse(more), "space.parse", "accepts '" + more + "'");
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
      CheckText(text.substr(0, at), &sample);
      CheckText(text.substr(0, at) + text.substr(at + 1), &sample, IsBlank(text[at]));
      for (const char c : {'#', '0', '9', 'z', '\0', '\x80'}) {
        std::string mangled = text;
        mangled[at] = c;
        CheckText(mangled, &sample, c == text[at]);
      }
    }
  }

  static bool IsBlank(char c) { return c == ' ' || c == '\t'; }

  // Bytes that format accepts are an architecture, so parse must return them.
  void CheckBytes(const Bytes& bytes) {
    const auto text = space_.Format(bytes);
    if (text) {
      Require(std::ranges::max(bytes) <= 1 && space_.Parse(*text) == bytes, "space.format",
              "writes '" + *text + "' for bytes that are not an architecture");
    } else {
      Require(space_.status() == LODE_E_INVALID, "space.format",
              "refuses bytes with another status than invalid");
    }
  }

  void CheckInvalidBytes() {
    for (const int fill : {0, 1, 2, 255}) {
      CheckBytes(Bytes(space_.cells(), static_cast<std::uint8_t>(fill)));
    }
    for (std::size_t i = 0; i < 20; ++i) {
      for (std::size_t cell = 0; cell < space_.cells(); ++cell) {
        Bytes bytes = samples_[i];
        bytes[cell] ^= 1;
        CheckBytes(bytes);
        bytes[cell] = 2;
        CheckBytes(bytes);
      }
    }
  }
};

}  // namespace

void CheckTexts(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings) {
  TextContract(space, samples, findings).Check();
}

}  // namespace lode::verify
