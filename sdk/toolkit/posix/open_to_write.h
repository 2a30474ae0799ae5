// Opens files for writing in directories that others may have made.
//
// A directory that belongs to somebody else may contain links that lead anywhere: they are not
// followed. Errors are thrown as lode::IoError, with the path first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "toolkit/posix/descriptor.h"

namespace lode::posix {

// Opens a file for reading and writing, and creates it if it is missing. Throws on failure, or if
// the path is a link or anything but a single regular file of the directory's owner, root or the
// caller.
Descriptor OpenToWrite(const std::filesystem::path& file);

// Creates a directory and its missing parents; on return they are on the disk. Also throws if the
// path goes through a link that somebody else made.
void MakeDirectories(const std::filesystem::path& directory);

// Throws if the path goes through a link that neither the caller nor root made.
void RefuseForeignLinks(const std::filesystem::path& path);

// Throws if OpenToWrite would refuse what is at the path.
void RefuseForeignFile(const std::filesystem::path& file);

}  // namespace lode::posix
