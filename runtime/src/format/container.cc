#include "format/container.h"

#include "format/expand_model.h"
#include "format/limits.h"

namespace dcm {
namespace {

constexpr size_t kSmallest = 8;          // root offset and identifier
constexpr size_t kLargest = 0x7FFFFFFF;  // docs/format.md, 2
constexpr uint32_t kDepth = 8;           // the schema nests 4 tables and vectors deep
constexpr uint32_t kTables = 1'000'000;  // far more than a real network has; bounds the verifier's work
constexpr size_t kPayloadAlignment = 16;

// The flatbuffers verifier follows a reference of distance 0 in a vector to the vector itself; the format refuses it.
template <typename Vector>
bool references_are_set(const Vector* vector) {
  // Fits: the verifier has seen that the vector lies in the file.
  for (uint32_t i = 0; i < vector_size(vector); ++i)
    if (flatbuffers::ReadScalar<flatbuffers::uoffset_t>(vector->Data() + i * sizeof(flatbuffers::uoffset_t)) == 0)
      return false;
  return true;
}

bool references_are_set(const fb::Model& model) {
  if (model.metadata() != nullptr &&
      !(references_are_set(model.metadata()->labels()) && references_are_set(model.metadata()->entries())))
    return false;
  return references_are_set(model.inputs()) && references_are_set(model.weights()) && references_are_set(model.ops()) &&
         references_are_set(model.outputs());
}

// A flatbuffer whose references all hold.
Status verify_flatbuffer(const uint8_t* data, size_t size) {
  flatbuffers::Verifier::Options options;
  options.max_depth = kDepth;
  options.max_tables = kTables;
  options.max_size = kLargest + 1;
  flatbuffers::Verifier verifier(data, size, options);
  if (fb::VerifyModelBuffer(verifier) && references_are_set(*fb::GetModel(data))) return {};
  return Status::error(DCM_FILE_STRUCTURE, "the file is truncated or damaged: its flatbuffer does not verify");
}

Status verify_payload(const uint8_t* data, const flatbuffers::Vector<uint8_t>* bytes, Payload* payload) {
  if (bytes == nullptr) return {};
  const size_t position = static_cast<size_t>(bytes->data() - data);
  if (position % kPayloadAlignment != 0)
    return Status::error(DCM_FILE_STRUCTURE, "the payload starts at byte %zu, expected a multiple of %zu", position,
                         kPayloadAlignment);
  if (bytes->size() < kPayloadSlack)
    return Status::error(DCM_FILE_STRUCTURE, "the payload has %u bytes, expected at least %u", bytes->size(),
                         kPayloadSlack);
  payload->data = bytes->data();
  payload->size = bytes->size();
  return {};
}

}  // namespace

Status Container::open(const uint8_t* data, size_t size, MemoryBudget& budget) {
  if (size < kSmallest) return Status::error(DCM_FILE_FORMAT, "not a .dcmodel: %zu bytes are too few for one", size);
  if (!fb::ModelBufferHasIdentifier(data))
    return Status::error(DCM_FILE_FORMAT, "not a .dcmodel: bytes 4 to 7 are not \"%s\"", fb::ModelIdentifier());
  if (size > kLargest)
    return Status::error(DCM_FILE_STRUCTURE, "the file has %zu bytes; a .dcmodel has at most %zu", size, kLargest);
  DCM_TRY(verify_flatbuffer(data, size));
  size_ = size;
  model_ = fb::GetModel(data);
  if (model_->version() < kPlainVersion || model_->version() > kPackedVersion)
    return Status::error(DCM_FILE_VERSION, "the file has format version %u; this runtime reads versions %u and %u%s",
                         model_->version(), kPlainVersion, kPackedVersion,
                         model_->version() > kPackedVersion ? ": it needs a newer runtime" : "");
  DCM_TRY(verify_payload(data, model_->payload(), &payload_));
  payload_.version = model_->version();
  return model_->version() == kPackedVersion ? open_packed(*model_, budget) : Status();
}

Status Container::open_packed(const fb::Model& outer, MemoryBudget& budget) {
  if (outer.packed() == nullptr) return Status::error(DCM_FILE_STRUCTURE, "the file has no packed model");
  const bool empty = outer.inputs()->size() == 0 && vector_size(outer.weights()) == 0 && outer.ops()->size() == 0 &&
                     outer.outputs()->size() == 0 && outer.metadata() == nullptr;
  if (!empty) return Status::error(DCM_FILE_STRUCTURE, "the file has a packed model and parts of another beside it");
  DCM_TRY(expand_model(outer.packed()->data(), outer.packed()->size(), budget, &expanded_));
  DCM_TRY(verify_flatbuffer(expanded_.data(), expanded_.size()));
  model_ = fb::GetModel(expanded_.data());
  return {};
}

}  // namespace dcm
