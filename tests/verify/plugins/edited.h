// For components that break a rule which the C++ API would keep: edits their tables.
#pragma once

#include <lode/plugin.hpp>

// Returns a copy of a component that `edit` may change. Each call has its own table.
template <class Edit>
const lode_component* Edited(const lode_component* base, Edit&& edit) {
  auto* component = new lode_component(*base);
  edit(*component);
  return component;
}

// The same for the table of its kind. What `edit` receives stays valid.
template <class Api, class Edit>
const lode_component* EditedApi(const lode_component* base, Edit&& edit) {
  auto* api = new Api(*static_cast<const Api*>(base->api));
  edit(*api);
  return Edited(base, [&](lode_component& c) { c.api = api; });
}

// The function that a broken one replaces, one for each use.
template <class Tag, class Function>
Function& Original() {
  static Function original = nullptr;
  return original;
}
