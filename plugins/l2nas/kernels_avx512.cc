#include "plugins/l2nas/kernels_of_isa.h"

namespace l2nas {
extern const Kernels kAvx512Kernels;
const Kernels kAvx512Kernels = kKernels;
}  // namespace l2nas
