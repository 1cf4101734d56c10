#include "run_buffers.h"

#include <cstdint>

#include "api/report.h"
#include "core/memory.h"

namespace dcm::jni {
namespace {

// Where the floats of each buffer lie, as dcm_context_run() wants it. Networks have few inputs and outputs; only for
// more than kFew of them memory is allocated.
class FloatRanges {
 public:
  FloatRanges() = default;
  FloatRanges(const FloatRanges&) = delete;
  FloatRanges& operator=(const FloatRanges&) = delete;
  ~FloatRanges() { free_handle(many_); }

  Status allocate(size_t count) {
    count_ = count;
    if (count <= kFew) return {};
    many_ = allocate_handle(count * (sizeof(float*) + sizeof(size_t)));
    if (many_ == nullptr)
      return Status::error(DCM_MACHINE_MEMORY, "out of memory: cannot allocate a list of %zu buffers", count);
    data_ = static_cast<float**>(many_);
    sizes_ = reinterpret_cast<size_t*>(data_ + count);
    return {};
  }

  float** data() { return data_; }
  size_t* sizes() { return sizes_; }

  // CALL_ARGUMENT if memory that is written is used twice; the first inputs of the ranges are only read.
  Status verify_apart(size_t inputs) const {
    for (size_t i = inputs; i < count_; ++i)
      for (size_t j = 0; j < i; ++j)
        if (data_[i] < data_[j] + sizes_[j] && data_[j] < data_[i] + sizes_[i])
          return Status::error(DCM_CALL_ARGUMENT, "buffer %zu, an output, shares memory with buffer %zu", i, j);
    return {};
  }

 private:
  static constexpr size_t kFew = 16;

  size_t count_ = 0;
  float* few_data_[kFew];
  size_t few_sizes_[kFew];
  void* many_ = nullptr;
  float** data_ = few_data_;
  size_t* sizes_ = few_sizes_;
};

Status find_ranges(JNIEnv* env, jobjectArray buffers, jintArray starts, jintArray ends, FloatRanges* ranges) {
  const jsize count = env->GetArrayLength(buffers);
  DCM_TRY(ranges->allocate(static_cast<size_t>(count)));
  for (jsize i = 0; i < count; ++i) {
    jobject buffer = env->GetObjectArrayElement(buffers, i);
    float* start_of_buffer = static_cast<float*>(env->GetDirectBufferAddress(buffer));
    env->DeleteLocalRef(buffer);  // the array keeps it alive
    if (start_of_buffer == nullptr)
      return Status::error(DCM_CALL_ARGUMENT, "buffer %d has no memory of its own", static_cast<int>(i));
    if (reinterpret_cast<uintptr_t>(start_of_buffer) % sizeof(float) != 0)
      return Status::error(DCM_CALL_ARGUMENT, "buffer %d does not start at a multiple of 4 bytes", static_cast<int>(i));
    jint start = 0, end = 0;
    env->GetIntArrayRegion(starts, i, 1, &start);
    env->GetIntArrayRegion(ends, i, 1, &end);
    ranges->data()[i] = start_of_buffer + start;
    ranges->sizes()[i] = static_cast<size_t>(end - start);
  }
  return {};
}

}  // namespace

int run_on_buffers(JNIEnv* env, dcm_context* context, jobjectArray buffers, jintArray starts, jintArray ends,
                   jint inputs, dcm_error* error) {
  FloatRanges ranges;
  const size_t input_count = static_cast<size_t>(inputs);
  Status status = find_ranges(env, buffers, starts, ends, &ranges);
  if (status.ok()) status = ranges.verify_apart(input_count);
  if (!status.ok()) return report(status, error);
  const size_t output_count = static_cast<size_t>(env->GetArrayLength(buffers)) - input_count;
  return dcm_context_run(context, ranges.data(), ranges.sizes(), input_count, ranges.data() + input_count,
                         ranges.sizes() + input_count, output_count, error);
}

}  // namespace dcm::jni
