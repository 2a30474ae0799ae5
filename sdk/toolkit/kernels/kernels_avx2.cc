#include "toolkit/kernels/channels_last_of_isa.h"
#include "toolkit/kernels/kernels_of_isa.h"

namespace lode::kernels {
extern const KernelSet kAvx2Kernels;
extern const ChannelsLastSet kAvx2ChannelsLast;
const KernelSet kAvx2Kernels = kKernels;
const ChannelsLastSet kAvx2ChannelsLast = kChannelsLast;
}  // namespace lode::kernels
