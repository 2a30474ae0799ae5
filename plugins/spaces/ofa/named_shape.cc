#include "plugins/spaces/ofa/named_shape.h"

#include "toolkit/files/tensor_reader.h"

namespace ofa {

void RequireTensors(const lode::files::Tensors& tensors, const std::vector<NamedShape>& wanted,
                    const std::string& network, const std::string& name) {
  lode::files::TensorReader reader(tensors, name);
  for (const NamedShape& tensor : wanted) { reader.Take(tensor.name, tensor.shape); }
  reader.RequireNoOthers(network);
}

}  // namespace ofa
