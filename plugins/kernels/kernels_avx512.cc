#include "plugins/kernels/channels_last_of_isa.h"
#include "plugins/kernels/kernels_of_isa.h"

namespace kernels {
extern const KernelSet kAvx512Kernels;
extern const ChannelsLastSet kAvx512ChannelsLast;
const KernelSet kAvx512Kernels = kKernels;
const ChannelsLastSet kAvx512ChannelsLast = kChannelsLast;
}  // namespace kernels
