// For components that break a rule which the C++ face would keep: their tables, edited.
#pragma once

#include <lode/plugin.hpp>

// A copy of a component that `edit` may change. Each call has a table of its own.
template <class Edit>
const lode_component* Edited(const lode_component* base, Edit&& edit) {
  auto* component = new lode_component(*base);
  edit(*component);
  return component;
}

// The same for its kind's own table. What `edit` is given stays valid.
template <class Api, class Edit>
const lode_component* EditedApi(const lode_component* base, Edit&& edit) {
  auto* api = new Api(*static_cast<const Api*>(base->api));
  edit(*api);
  return Edited(base, [&](lode_component& c) { c.api = api; });
}

// The function that a broken one stands in for, one for each place.
template <class Tag, class Function>
Function& Original() {
  static Function original = nullptr;
  return original;
}
