#include "toolkit/kernels/channels_last_of_isa.h"
#include "toolkit/kernels/kernels_of_isa.h"

namespace lode::kernels {
extern const KernelSet kPlainKernels;
extern const ChannelsLastSet kPlainChannelsLast;
const KernelSet kPlainKernels = kKernels;
const ChannelsLastSet kPlainChannelsLast = kChannelsLast;
}  // namespace lode::kernels
