#include "format/container.h"

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

}  // namespace

Result<const fb::Model*> verify_container(const uint8_t* data, size_t size) {
  if (size < kSmallest) return Status::error(DCM_FILE_FORMAT, "not a .dcmodel: %zu bytes are too few for one", size);
  if (!fb::ModelBufferHasIdentifier(data))
    return Status::error(DCM_FILE_FORMAT, "not a .dcmodel: bytes 4 to 7 are not \"%s\"", fb::ModelIdentifier());
  if (size > kLargest)
    return Status::error(DCM_FILE_STRUCTURE, "the file has %zu bytes; a .dcmodel has at most %zu", size, kLargest);

  flatbuffers::Verifier::Options options;
  options.max_depth = kDepth;
  options.max_tables = kTables;
  options.max_size = kLargest + 1;
  flatbuffers::Verifier verifier(data, size, options);
  if (!fb::VerifyModelBuffer(verifier) || !references_are_set(*fb::GetModel(data)))
    return Status::error(DCM_FILE_STRUCTURE, "the file is truncated or damaged: its flatbuffer does not verify");

  const fb::Model* model = fb::GetModel(data);
  if (model->version() != kFormatVersion)
    return Status::error(DCM_FILE_VERSION, "the file has format version %u; this runtime reads version %u%s",
                         model->version(), kFormatVersion,
                         model->version() > kFormatVersion ? ": it needs a newer runtime" : "");
  if (model->payload() != nullptr) {
    const size_t position = static_cast<size_t>(model->payload()->data() - data);
    if (position % kPayloadAlignment != 0)
      return Status::error(DCM_FILE_STRUCTURE, "the payload starts at byte %zu, expected a multiple of %zu", position,
                           kPayloadAlignment);
    if (model->payload()->size() < kPayloadSlack)
      return Status::error(DCM_FILE_STRUCTURE, "the payload has %u bytes, expected at least %u",
                           model->payload()->size(), kPayloadSlack);
  }
  return model;
}

}  // namespace dcm
