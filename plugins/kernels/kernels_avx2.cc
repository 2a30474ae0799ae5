#include "plugins/kernels/channels_last_of_isa.h"
#include "plugins/kernels/kernels_of_isa.h"

namespace kernels {
extern const KernelSet kAvx2Kernels;
extern const ChannelsLastSet kAvx2ChannelsLast;
const KernelSet kAvx2Kernels = kKernels;
const ChannelsLastSet kAvx2ChannelsLast = kChannelsLast;
}  // namespace kernels
