// The images that NAS-Bench-201's authors trained on, validated on and tested on (Dong and Yang,
// ICLR 2020, section 2.2, and their program):
//
//   cifar10     the training images in two halves, one to train on and one to validate on; all test
//               images. (The benchmark's test accuracy is from a second training, on both halves.)
//   cifar100    all training images; the test images in two halves, for validation and for the test
//   imagenet16  the same as cifar100, on ImageNet16-120
//
#pragma once

#include <string>

#include "toolkit/training/task.h"

namespace nb201 {

// Cuts a data set into these parts. `split_file` lists the halves by position, as published by the
// authors: cifar-split.txt ("train", "valid"), cifar100-test-split.txt and
// imagenet-16-120-test-split.txt ("xvalid", "xtest"), or any JSON object with these two lists of
// whole numbers. "": split_seed draws half of each class. Throws lode::InvalidError if the
// benchmark does not have the data set or has a different number of its classes, or a share is
// given; lode::IoError, with the path first, if the file cannot be read or its lists do not have
// every position exactly once.
lode::training::Parts CutAsBenchmark(const lode::training::TaskConfig& config,
                                     const lode::images::Data& data, const std::string& split_file);

}  // namespace nb201
