#include "toolkit/kernels/channels_last_of_isa.h"
#include "toolkit/kernels/kernels_of_isa.h"

namespace lode::kernels {
extern const KernelSet kAvx512Kernels;
extern const ChannelsLastSet kAvx512ChannelsLast;
const KernelSet kAvx512Kernels = kKernels;
const ChannelsLastSet kAvx512ChannelsLast = kChannelsLast;
}  // namespace lode::kernels
