// Measures data loading: reading CIFAR-10's files, augmenting images as the papers do, batches
// through the loader, and photographs; one thread each.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/temporary_directory.h"
#include "toolkit/images/cifar.h"
#include "toolkit/images/decode.h"
#include "toolkit/images/jpeg_test_support.h"
#include "toolkit/images/loader.h"
#include "toolkit/images/split.h"
#include "toolkit/images/transform.h"

namespace lode::images {
namespace {

// Returns an image that is smooth in both directions, as photographs are, with some noise.
Image Picture(std::size_t height, std::size_t width) {
  Image image{height, width, 3, {}};
  std::uint32_t noise = 1;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      for (const std::size_t value : {x * 255 / width, y * 255 / height, (x + y) / 8}) {
        noise = noise * 1664525u + 1013904223u;
        image.pixels.push_back(static_cast<std::uint8_t>((value + (noise >> 29)) % 256));
      }
    }
  }
  return image;
}

Transform Normalizing(std::size_t resolution) {
  Transform transform;
  transform.resolution = resolution;
  transform.mean = {0.4914f, 0.4824f, 0.4467f};
  transform.std = {0.2471f, 0.2435f, 0.2616f};
  return transform;
}
Transform OfCifar(bool augmented) {
  Transform transform = Normalizing(32);
  transform.pad = augmented ? 4 : 0;
  transform.flip = augmented;
  transform.cutout = augmented ? 16 : 0;
  return transform;
}

void CountImages(benchmark::State& state, std::size_t each) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(each));
}

// Reads 60 000 images in the published layout.
void ReadCifar(benchmark::State& state) {
  const TemporaryDirectory directory;
  std::string records;
  for (std::size_t i = 0; i < 10000; ++i) {
    records += std::string(1, static_cast<char>(i % 10)) + std::string(3072, static_cast<char>(i));
  }
  for (const char* name : {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4",
                           "data_batch_5", "test_batch"}) {
    std::ofstream(directory.path() / (std::string(name) + ".bin"), std::ios::binary) << records;
  }
  for (auto _ : state) { benchmark::DoNotOptimize(ReadCifar10(directory.path(), 10)); }
  CountImages(state, 60000);
}
BENCHMARK(ReadCifar)->Unit(benchmark::kMillisecond);

// Applies a transformation to one image, again and again.
void Apply(benchmark::State& state, const Transform& transform, const Image& image) {
  const Transformer transformer(transform);
  Transformer::Scratch scratch;
  std::vector<float> out(transformer.floats());
  for (std::uint64_t item = 0; auto _ : state) {
    transformer.Apply(image, 1, item++, scratch, out.data());
    benchmark::ClobberMemory();
  }
  CountImages(state, 1);
}

// Argument: 0 only normalizes; 1 also pads, crops, mirrors and cuts out.
void Apply32(benchmark::State& state) {
  Apply(state, OfCifar(state.range(0) != 0), Picture(32, 32));
}
BENCHMARK(Apply32)->ArgName("augmented")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

// Loads epochs of 50 000 images in batches of 256. Argument: threads.
void Load32(benchmark::State& state) {
  auto set = std::make_shared<PixelSet>(kCifarShape, 10);
  const Image image = Picture(32, 32);
  for (std::uint32_t i = 0; i < 50000; ++i) {
    set->Add({reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size()}, i % 10);
  }
  LoaderOptions options;
  options.batch_size = 256;
  options.shuffle = true;
  options.threads = static_cast<std::size_t>(state.range(0));
  Loader loader(set, AllOf(*set), OfCifar(true), options);
  Batch batch;
  for (std::uint64_t epoch = 0; auto _ : state) {
    loader.Begin(epoch++);
    while (loader.Next(batch)) { benchmark::DoNotOptimize(batch.images.data()); }
  }
  CountImages(state, 50000);
}
BENCHMARK(Load32)->ArgName("threads")->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);

// ---- photographs, of ImageNet's average size

void Decode(benchmark::State& state) {
  const std::string file = Jpeg(Picture(375, 500), {.quality = 90});
  Image image;
  for (auto _ : state) { DecodeImage(file, "F", image); }
  CountImages(state, 1);
}
BENCHMARK(Decode)->Unit(benchmark::kMillisecond);

// Argument: 0 resizes to 256 and takes the middle; 1 resizes a random crop and mirrors.
void Apply224(benchmark::State& state) {
  Transform transform = Normalizing(224);
  const bool random = state.range(0) != 0;
  transform.random_resized_crop = transform.flip = random;
  transform.resize_short_side = random ? 0 : 256;
  Apply(state, transform, Picture(375, 500));
}
BENCHMARK(Apply224)->ArgName("random")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lode::images
