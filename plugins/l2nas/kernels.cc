#include "plugins/l2nas/kernels.h"

namespace l2nas {

extern const Kernels kPlainKernels;
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;

std::size_t AvailableKernels(NamedKernels (&list)[kKernelCount]) {
  std::size_t count = 0;
  list[count++] = {"plain", &kPlainKernels};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    list[count++] = {"avx2", &kAvx2Kernels};
  }
  if (__builtin_cpu_supports("avx512f")) {
    list[count++] = {"avx512", &kAvx512Kernels};
  }
  return count;
}

const Kernels& BestKernels() {
  static const Kernels& best = [&]() -> const Kernels& {
    NamedKernels list[kKernelCount];
    return *list[AvailableKernels(list) - 1].kernels;
  }();
  return best;
}

}  // namespace l2nas
