// The data sets by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "toolkit/images/image_set.h"

namespace lode::images {

struct DataSource {
  std::string dataset;              // one of DatasetNames()
  std::filesystem::path directory;  // empty: where Debian's package installs it; fashion_mnist only
  std::size_t classes = 0;          // only the first ones; 0: all, except for imagenet16: 120
};

struct Data {
  std::shared_ptr<const ImageSet> train, test;
  std::size_t resolution = 0;    // height and width of every image; 0: they vary
  std::vector<float> mean, std;  // of each channel over the training images, in [0, 1]
};

// name           in the directory                                       resolution  classes
// fashion_mnist  {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz]              28       10
// cifar10        data_batch_{1,...,5}[.bin], test_batch[.bin]                   32       10
// cifar100       train[.bin], test[.bin]                                        32      100
// imagenet16     train_data_batch_{1,...,10}.npz, val_data.npz                  16      120
// imagenet32     the same                                                       32     1000
// imagenet       train/CLASS/*.JPEG, val/CLASS/*.JPEG                       varies      any
//
// imagenet16 is ImageNet16-120 as commonly used: the first 120 of 1000 classes, unless more are
// requested.
// The headers of the readers have details: idx.h, cifar.h, downsampled.h, class_folders.h.
const std::vector<std::string>& DatasetNames();

// Reads a data set, into memory except for imagenet; checks the files before anything is trained on
// them. `test` is ImageNet's validation set, whose test labels are not public. The means and
// standard deviations are published ones: CIFAR's and ImageNet-16's are those of NAS-Bench-201,
// ImageNet's the customary ones; Fashion-MNIST's are those of its training images. Throws
// InvalidError if there is no such data set, its directory is not given, or it has fewer
// classes; IoError, with the path first, if a file is missing or invalid, or if a class has
// no images.
Data Open(const DataSource& source);

}  // namespace lode::images
