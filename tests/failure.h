// What a call that must fail throws, as text.
#pragma once

#include <lode/plugin.hpp>
#include <string>

namespace lode {

// Returns the message of what `call` throws; "" if it throws nothing.
template <class Error = lode::Error, class Call>
std::string Failure(Call&& call) {
  try {
    call();
  } catch (const Error& e) { return e.what(); }
  return "";
}

// Returns the same after the error's code: "4 no such file".
template <class Call>
std::string CodedFailure(Call&& call) {
  try {
    call();
  } catch (const lode::Error& e) { return std::to_string(e.code()) + " " + e.what(); }
  return "";
}

}  // namespace lode
