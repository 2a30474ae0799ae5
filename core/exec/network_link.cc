#include "core/exec/network_link.h"

#include <span>
#include <string>
#include <utility>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

NetworkReply Failure(lode_status status, const std::string& why) {
  return {.status = status, .failure = why};
}

RelaxedBatch BatchOf(const NetworkCall& call, std::span<double> gradient) {
  RelaxedBatch batch{.split = call.split,
                     .number = call.number,
                     .mixture = std::span(call.mixture),
                     .gradient = gradient,
                     .absent = call.absent};
  if (call.is_unrolled) { batch.unrolled = {call.inner, call.rate}; }
  return batch;
}

NetworkReply Make(NetworkOwner& owner, const NetworkCall& call) {
  detail::BoundNetwork network(owner.handle());
  NetworkReply reply;
  reply.gradient.resize(call.wants_gradient ? call.mixture.size() : 0);
  const RelaxedBatch batch = BatchOf(call, std::span(reply.gradient));
  switch (call.request) {
    case NetworkRequest::kInfo:
      reply.info = network.Info();
      break;
    case NetworkRequest::kRestart:
      network.Restart({call.seed, call.depth, call.operations, call.skip_dropout});
      break;
    case NetworkRequest::kStep:
      reply.result = network.Step(batch);
      break;
    case NetworkRequest::kMeasure:
      reply.result = network.Measure(batch);
      break;
    case NetworkRequest::kSave:
      owner.Save(call.file);
      break;
    case NetworkRequest::kLoad:
      owner.Load(call.file);
      break;
  }
  return reply;
}

}  // namespace

NetworkReply Answer(NetworkOwner* network, const NetworkCall& call) {
  if (network == nullptr) { return Failure(LODE_E_INVALID, "there is no relaxed network here"); }
  try {
    return Make(*network, call);
  } catch (const lode::Error& e) {
    return Failure(e.code(), e.what());
  } catch (const HostError& e) { return Failure(LODE_E_INTERNAL, e.what()); }
}

NetworkReply RemoteNetwork::Ask(const NetworkCall& call) const {
  NetworkReply reply = call_(call);
  if (reply.status != LODE_OK) { throw lode::Error(reply.status, reply.failure); }
  return reply;
}

RelaxedInfo RemoteNetwork::Info() const { return Ask({}).info; }

void RemoteNetwork::Restart(const RelaxedStart& start) {
  Ask({.request = NetworkRequest::kRestart,
       .seed = start.seed,
       .depth = start.depth,
       .operations = {start.operations.begin(), start.operations.end()},
       .skip_dropout = start.skip_dropout});
}

RelaxedResult RemoteNetwork::Step(const RelaxedBatch& batch) {
  return Run(NetworkRequest::kStep, batch);
}

RelaxedResult RemoteNetwork::Measure(const RelaxedBatch& batch) {
  return Run(NetworkRequest::kMeasure, batch);
}

RelaxedResult RemoteNetwork::Run(NetworkRequest request, const RelaxedBatch& batch) const {
  NetworkCall call{.request = request,
                   .split = batch.split,
                   .number = batch.number,
                   .mixture = {batch.mixture.begin(), batch.mixture.end()},
                   .absent = batch.absent,
                   .wants_gradient = !batch.gradient.empty(),
                   .is_unrolled = batch.unrolled.has_value()};
  if (batch.unrolled) {
    call.inner = batch.unrolled->inner;
    call.rate = batch.unrolled->rate;
  }
  const NetworkReply reply = Ask(call);
  if (reply.gradient.size() != batch.gradient.size()) {
    throw HostError("the process with the relaxed network sent a gradient of the wrong size");
  }
  std::copy(reply.gradient.begin(), reply.gradient.end(), batch.gradient.begin());
  return reply.result;
}

void RemoteNetwork::Save(const std::filesystem::path& file) { Keep(NetworkRequest::kSave, file); }

void RemoteNetwork::Load(const std::filesystem::path& file) { Keep(NetworkRequest::kLoad, file); }

void RemoteNetwork::Keep(NetworkRequest request, const std::filesystem::path& file) const {
  const NetworkReply reply = call_({.request = request, .file = file.string()});
  if (reply.status == LODE_E_CANCELLED) { throw CancelledError(); }
  if (reply.status != LODE_OK) { throw HostError(reply.failure); }
}

}  // namespace lode::core
