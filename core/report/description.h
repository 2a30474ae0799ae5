// Describes the declarations of components and of the pipeline's tables for people: as text for
// terminals and as Markdown pages, with the same contents. The pages do not depend on the machine.
#pragma once

#include <string>

#include "core/config/host_tables.h"
#include "core/plugin/declaration.h"

namespace lode::core {

std::string ComponentText(const ComponentDeclaration& component, const PluginDeclaration& plugin);
std::string PipelineText();
std::string TableText(const HostTable& table);

// Returns the section of a page about one component; its heading is of the second level.
std::string ComponentMarkdown(const ComponentDeclaration& component);

// Returns a page about all components of a plugin.
std::string PluginMarkdown(const PluginDeclaration& plugin);

// Returns a page about the host's own tables.
std::string PipelineMarkdown();

// Returns the minimum for a pipeline to use a component: its table with `use` and the required
// parameters.
std::string ExampleToml(const ComponentDeclaration& component);

}  // namespace lode::core
