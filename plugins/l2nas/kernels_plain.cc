#include "plugins/l2nas/kernels_of_isa.h"

namespace l2nas {
extern const Kernels kPlainKernels;
const Kernels kPlainKernels = kKernels;
}  // namespace l2nas
