#include "plugins/kernels/channels_last_of_isa.h"
#include "plugins/kernels/kernels_of_isa.h"

namespace kernels {
extern const KernelSet kPlainKernels;
extern const ChannelsLastSet kPlainChannelsLast;
const KernelSet kPlainKernels = kKernels;
const ChannelsLastSet kPlainChannelsLast = kChannelsLast;
}  // namespace kernels
