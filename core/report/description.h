// What components and the pipeline's tables declare, for people: as text for terminals and as
// Markdown pages. Both say the same; nothing in the pages depends on the machine.
#pragma once

#include <string>

#include "core/config/host_tables.h"
#include "core/plugin/declaration.h"

namespace lode::core {

std::string ComponentText(const ComponentDeclaration& component, const PluginDeclaration& plugin);
std::string PipelineText();
std::string TableText(const HostTable& table);

// The part of a page on one component; its heading is of the second level.
std::string ComponentMarkdown(const ComponentDeclaration& component);

// A page on all components of a plugin.
std::string PluginMarkdown(const PluginDeclaration& plugin);

// A page on the tables that belong to the host.
std::string PipelineMarkdown();

// The least a pipeline must say to use a component: its table with `use` and what is required.
std::string ExampleToml(const ComponentDeclaration& component);

}  // namespace lode::core
