#include "plugins/l2nas/kernels_of_isa.h"

namespace l2nas {
extern const Kernels kAvx2Kernels;
const Kernels kAvx2Kernels = kKernels;
}  // namespace l2nas
