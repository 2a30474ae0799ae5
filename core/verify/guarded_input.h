// Input for a component: reading past its end crashes, and writing to it is noticed.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>

namespace lode::verify {

// Memory that ends at an inaccessible page. Keeps one input at a time; a component that keeps the
// pointer finds other data there later.
class InputPage {
 public:
  InputPage() = default;
  ~InputPage() { Unmap(); }
  InputPage(const InputPage&) = delete;
  InputPage& operator=(const InputPage&) = delete;

  // Copies the values to the end of the memory, aligned for `T`.
  template <class T>
  T* Put(const T* values, std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes > size_) { Map(bytes); }
    if (size_ == 0) { Map(1); }
    Poison();
    used_ = bytes;
    if (bytes > 0) { std::memcpy(Used(), values, bytes); }
    return reinterpret_cast<T*>(Used());
  }

  // Overwrites the input, because nobody may read it afterwards.
  void Poison() {
    if (used_ > 0) { std::memset(Used(), kPoison, used_); }
    used_ = 0;
  }

 private:
  static constexpr int kPoison = 0xEE;

  unsigned char* Used() const { return base_ + size_ - used_; }
  void Map(std::size_t bytes) {
    Unmap();
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    size_ = (bytes + page - 1) / page * page;
    void* memory =
        mmap(nullptr, size_ + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) { throw std::bad_alloc(); }
    base_ = static_cast<unsigned char*>(memory);
    mprotect(base_ + size_, page, PROT_NONE);
    std::memset(base_, kPoison, size_);  // a component that keeps a pointer never reads zeros
    mapped_ = size_ + page;
  }
  void Unmap() {
    if (base_ != nullptr) { munmap(base_, mapped_); }
    base_ = nullptr;
    size_ = 0;
    used_ = 0;
  }

  unsigned char* base_ = nullptr;
  std::size_t size_ = 0;    // usable bytes
  std::size_t used_ = 0;    // bytes of the current input, the last ones; the others are poison
  std::size_t mapped_ = 0;  // bytes including the page after them
};

// One input of one call.
template <class T>
class GuardedInput {
 public:
  GuardedInput(InputPage& page, const T* values, std::size_t count)
      : page_(page), values_(values), count_(count), data_(page.Put(values, count)) {}
  ~GuardedInput() { page_.Poison(); }
  GuardedInput(const GuardedInput&) = delete;
  GuardedInput& operator=(const GuardedInput&) = delete;

  const T* data() const { return data_; }
  bool unchanged() const {
    return count_ == 0 || std::memcmp(data_, values_, count_ * sizeof(T)) == 0;
  }

 private:
  InputPage& page_;
  const T* values_;
  std::size_t count_;
  T* data_;
};

}  // namespace lode::verify
