#include "core/verify/symbols.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>

#include <memory>

#include "core/plugin/error.h"
#include "toolkit/posix/descriptor.h"

namespace lode::verify {
namespace {

using ElfHandle = std::unique_ptr<Elf, decltype(&elf_end)>;

void ReadTable(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, Symbols& symbols) {
  Elf_Data* data = elf_getdata(section, nullptr);
  const std::size_t count = header.sh_entsize == 0 ? 0 : header.sh_size / header.sh_entsize;
  for (std::size_t i = 0; data != nullptr && i < count; ++i) {
    GElf_Sym symbol;
    if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) { return; }
    const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
    const bool local = GELF_ST_BIND(symbol.st_info) == STB_LOCAL;
    if (name == nullptr || *name == '\0' || local) { continue; }
    (symbol.st_shndx == SHN_UNDEF ? symbols.needed : symbols.exported).emplace_back(name);
  }
}

}  // namespace

Symbols ReadSymbols(const std::filesystem::path& file) {
  const posix::Descriptor descriptor(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  elf_version(EV_CURRENT);
  const ElfHandle elf(
      descriptor.is_open() ? elf_begin(descriptor.get(), ELF_C_READ, nullptr) : nullptr, elf_end);
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF) {
    throw core::HostError(file.string() + ": is not a shared library");
  }
  Symbols symbols;
  for (Elf_Scn* section = elf_nextscn(elf.get(), nullptr); section != nullptr;
       section = elf_nextscn(elf.get(), section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) != nullptr && header.sh_type == SHT_DYNSYM) {
      ReadTable(elf.get(), section, header, symbols);
    }
  }
  return symbols;
}

}  // namespace lode::verify
