#include "toolkit/kernels/kernels.h"

#include "toolkit/kernels/channels_last.h"

namespace lode::kernels {

extern const KernelSet kPlainKernels;
extern const KernelSet kAvx2Kernels;
extern const KernelSet kAvx512Kernels;
extern const ChannelsLastSet kPlainChannelsLast;
extern const ChannelsLastSet kAvx2ChannelsLast;
extern const ChannelsLastSet kAvx512ChannelsLast;

std::size_t Available(NamedSet (&list)[kSetCount]) {
  std::size_t count = 0;
  list[count++] = {"plain", &kPlainKernels, &kPlainChannelsLast};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    list[count++] = {"avx2", &kAvx2Kernels, &kAvx2ChannelsLast};
  }
  if (__builtin_cpu_supports("avx512f")) {
    list[count++] = {"avx512", &kAvx512Kernels, &kAvx512ChannelsLast};
  }
  return count;
}

namespace {

const NamedSet& BestSet() {
  static const NamedSet best = [] {
    NamedSet list[kSetCount];
    return list[Available(list) - 1];
  }();
  return best;
}

}  // namespace

const KernelSet& Best() { return *BestSet().kernels; }

const ChannelsLastSet& BestChannelsLast() { return *BestSet().channels_last; }

}  // namespace lode::kernels
