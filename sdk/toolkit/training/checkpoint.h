// A network's tensors, with an optimizer's state and the progress of the training, in a safetensors
// file or among what a component saves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <lode/plugin.hpp>
#include <string>

#include "toolkit/files/safetensors.h"

namespace lode::training {

// A copy of the numbers, as float32, on whatever device they are.
files::Tensor ToFile(const torch::Tensor& tensor);

// The module's parameters and buffers by their names ("stage0.cell1.edge2.conv.weight"), float32.
files::Tensors TensorsOf(const torch::nn::Module& module);

// Sets them. Throws IoError "NAME: ..." if a tensor is missing, unknown or of another shape;
// the module is then unchanged.
void SetTensors(torch::nn::Module& module, const files::Tensors& tensors, const std::string& name);

// Returns the optimizer's momentum by the names of the module's parameters, without parameters that
// have none.
files::Tensors MomentumOf(const torch::nn::Module& module, const torch::optim::SGD& optimizer);
// Sets it. Throws IoError "NAME: ..." if one has a different shape from its parameter.
void SetMomentum(const torch::nn::Module& module, torch::optim::SGD& optimizer,
                 const files::Tensors& momentum, const std::string& name);

// Saves the module's parameters and buffers and the optimizer's momentum, exact to the bit.
void SaveWeights(Writer& writer, const torch::nn::Module& module,
                 const torch::optim::SGD& optimizer);
// Sets what was saved of an equal network. Throws IoError or InvalidError for anything else; both
// arguments are then in an unspecified state.
void LoadWeights(Reader& reader, torch::nn::Module& module, torch::optim::SGD& optimizer);

// Reads a byte that must be 0 or 1. Throws InvalidError for others.
bool ReadFlag(Reader& reader);

}  // namespace lode::training
