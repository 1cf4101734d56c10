// The native methods of org.dcmobile.Native (android_demo/sdk), over the C API. They trust their handles and ranges,
// which org.dcmobile.NativeModel and org.dcmobile.Model vouch for. No JNI call is made while an exception is pending.
#include <jni.h>

#include <cstdint>
#include <cstring>

#include "dcmobile/dcmobile.h"
#include "run_buffers.h"

namespace dcm::jni {
namespace {

struct {
  jclass type;
  jmethodID constructor;  // (int code, byte[] text)
} exception;

// Null with an exception pending if Java has no memory.
jbyteArray bytes_of(JNIEnv* env, const char* text) {
  const jsize size = static_cast<jsize>(std::strlen(text));
  jbyteArray bytes = env->NewByteArray(size);
  if (bytes != nullptr) env->SetByteArrayRegion(bytes, 0, size, reinterpret_cast<const jbyte*>(text));
  return bytes;
}

// Makes a DcmException pending unless code is DCM_OK.
void report(JNIEnv* env, int code, const dcm_error& error) {
  if (code == DCM_OK) return;
  jbyteArray text = bytes_of(env, error.text);
  if (text == nullptr) return;
  jobject made = env->NewObject(exception.type, exception.constructor, static_cast<jint>(code), text);
  if (made != nullptr) env->Throw(static_cast<jthrowable>(made));
}

template <typename T>
jlong handle_of(T* object) {
  return static_cast<jlong>(reinterpret_cast<intptr_t>(object));
}
dcm_model* model_of(jlong handle) {
  return reinterpret_cast<dcm_model*>(static_cast<intptr_t>(handle));
}
dcm_context* context_of(jlong handle) {
  return reinterpret_cast<dcm_context*>(static_cast<intptr_t>(handle));
}

dcm_options options_of(jint threads, jlong memory_limit) {
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.threads = static_cast<uint32_t>(threads);
  options.memory_limit = static_cast<uint64_t>(memory_limit);
  return options;
}

// A zero-terminated text of Java's while it lives; null for null, or with an exception pending.
class Text {
 public:
  Text(JNIEnv* env, jbyteArray array) : env_(env), array_(array) {
    if (array != nullptr) bytes_ = env->GetByteArrayElements(array, nullptr);
  }
  ~Text() {
    if (bytes_ != nullptr) env_->ReleaseByteArrayElements(array_, bytes_, JNI_ABORT);
  }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  bool failed() const { return array_ != nullptr && bytes_ == nullptr; }
  const char* get() const { return reinterpret_cast<const char*>(bytes_); }

 private:
  JNIEnv* env_;
  jbyteArray array_;
  jbyte* bytes_ = nullptr;
};

// Opens a model with open(options, model, error), on the device. Returns its handle.
template <typename Open>
jlong open_model(JNIEnv* env, jint threads, jlong memory_limit, jbyteArray device, jbyteArray cache, Open&& open) {
  const Text device_text(env, device);
  if (device_text.failed()) return 0;
  const Text cache_text(env, cache);
  if (cache_text.failed()) return 0;
  dcm_options options = options_of(threads, memory_limit);
  options.device = device_text.get();
  options.cache_directory = cache == nullptr ? "" : cache_text.get();
  dcm_model* model;
  dcm_error error;
  const int code = open(&options, &model, &error);
  report(env, code, error);
  return handle_of(model);
}

// ---- The methods, by their names in Java --------------------------------------------------------------------------

jstring version(JNIEnv* env, jclass) {
  return env->NewStringUTF(dcm_version());
}

jlong open_path(JNIEnv* env, jclass, jbyteArray path, jint threads, jlong memory_limit, jbyteArray device,
                jbyteArray cache) {
  const Text path_text(env, path);
  if (path_text.failed()) return 0;
  return open_model(env, threads, memory_limit, device, cache,
                    [&](auto... rest) { return dcm_model_open(path_text.get(), rest...); });
}

jlong open_fd(JNIEnv* env, jclass, jint fd, jlong offset, jlong length, jint threads, jlong memory_limit,
              jbyteArray device, jbyteArray cache) {
  // A negative number becomes one that lies in no file.
  return open_model(env, threads, memory_limit, device, cache, [&](auto... rest) {
    return dcm_model_open_fd(fd, static_cast<uint64_t>(offset), static_cast<uint64_t>(length), rest...);
  });
}

jlong open_memory(JNIEnv* env, jclass, jobject data, jint start, jint size, jint threads, jlong memory_limit,
                  jbyteArray device, jbyteArray cache) {
  const uint8_t* bytes = static_cast<const uint8_t*>(env->GetDirectBufferAddress(data));
  return open_model(env, threads, memory_limit, device, cache, [&](auto... rest) {
    return dcm_model_open_memory(bytes == nullptr ? nullptr : bytes + start, static_cast<size_t>(size), rest...);
  });
}

void close_model(JNIEnv*, jclass, jlong model) {
  dcm_model_close(model_of(model));
}

// What Java asks about; Native.java has the same numbers.
enum What : jint {
  kInput,
  kOutput,
  kLabel,
  kMetadataKey,
  kMetadataValue,
  kOperatorName,
  kOperatorType,
  kOperatorKernel,
  kOperatorReason,
  kLoad,
  kDevice
};

jint count(JNIEnv*, jclass, jlong handle, jint what) {
  const dcm_model* model = model_of(handle);
  const size_t counted = what == kInput         ? dcm_model_input_count(model)
                         : what == kOutput      ? dcm_model_output_count(model)
                         : what == kLabel       ? dcm_model_label_count(model)
                         : what == kMetadataKey ? dcm_model_metadata_count(model)
                                                : dcm_model_op_count(model);
  return static_cast<jint>(counted);
}

const char* find_text(const dcm_model* model, jint what, size_t index) {
  dcm_tensor_info tensor = {};
  dcm_op_info op = {};
  dcm_op_placement placement = {};
  const char *label = nullptr, *key = nullptr, *value = nullptr;
  switch (what) {
    case kInput:
      (void)dcm_model_input(model, index, &tensor, nullptr);
      return tensor.name;
    case kOutput:
      (void)dcm_model_output(model, index, &tensor, nullptr);
      return tensor.name;
    case kLabel:
      (void)dcm_model_label(model, index, &label, nullptr);
      return label;
    case kMetadataKey:
    case kMetadataValue:
      (void)dcm_model_metadata(model, index, &key, &value, nullptr);
      return what == kMetadataKey ? key : value;
    case kOperatorKernel:
      (void)dcm_model_op_placement(model, index, &placement, nullptr);
      return placement.kernel;
    default:
      (void)dcm_model_op(model, index, &op, nullptr);
      (void)dcm_model_op_placement(model, index, &placement, nullptr);
      if (what == kOperatorReason && std::strcmp(placement.device, "cpu") != 0) return placement.device;
      if (what == kOperatorReason && placement.reason[0] != '\0') return placement.reason;
      return what == kOperatorName ? op.name : what == kOperatorType ? op.type : op.reason;
  }
}

jboolean gives_probabilities(JNIEnv*, jclass, jlong model) {
  return dcm_model_gives_probabilities(model_of(model)) != 0 ? JNI_TRUE : JNI_FALSE;
}

jbyteArray text(JNIEnv* env, jclass, jlong model, jint what, jint index) {
  if (what == kDevice) {
    dcm_device_report device;
    (void)dcm_model_device(model_of(model), &device, nullptr);
    return bytes_of(env, index == 0 ? device.device : index == 1 ? device.name : device.fallback);
  }
  const char* found = find_text(model_of(model), what, static_cast<size_t>(index));
  return found == nullptr ? nullptr : bytes_of(env, found);
}

jlongArray numbers(JNIEnv* env, jclass, jlong handle, jint what, jint index) {
  const dcm_model* model = model_of(handle);
  jlong values[DCM_MAX_RANK];
  jsize size = 0;
  const auto add = [&](auto value) { values[size++] = static_cast<jlong>(value); };
  if (what == kLoad) {
    dcm_load_info info;
    dcm_model_load_info(model, &info);
    add(info.map_ns);
    add(info.verify_ns);
    add(info.decode_ns);
    add(info.plan_ns);
    add(info.file_bytes);
    add(info.weight_bytes);
  } else if (what == kDevice) {
    dcm_device_report device;
    (void)dcm_model_device(model, &device, nullptr);
    add(device.ops);
    add(device.ops_placed);
    add(device.weight_bytes);
    add(device.open_ns);
    add(device.compile_ns);
    add(device.check_ns);
  } else if (what == kInput || what == kOutput) {
    dcm_tensor_info info;
    const auto describe = what == kInput ? dcm_model_input : dcm_model_output;
    (void)describe(model, static_cast<size_t>(index), &info, nullptr);
    for (uint32_t i = 0; i < info.rank; ++i) add(info.dims[i]);
  } else {
    dcm_op_info info;
    (void)dcm_model_op(model, static_cast<size_t>(index), &info, nullptr);
    add(info.macs);
    add(info.weight_bytes);
  }
  jlongArray array = env->NewLongArray(size);
  if (array != nullptr) env->SetLongArrayRegion(array, 0, size, values);
  return array;
}

jlong create_context(JNIEnv* env, jclass, jlong model, jint threads, jlong memory_limit) {
  const dcm_options options = options_of(threads, memory_limit);
  dcm_context* context;
  dcm_error error;
  report(env, dcm_context_create(model_of(model), &options, &context, &error), error);
  return handle_of(context);
}

void destroy_context(JNIEnv*, jclass, jlong context) {
  dcm_context_destroy(context_of(context));
}

jbyteArray fallback(JNIEnv* env, jclass, jlong context) {
  dcm_device_report device;
  (void)dcm_context_device(context_of(context), &device, nullptr);
  return device.fallback[0] == '\0' ? nullptr : bytes_of(env, device.fallback);
}

jint device_count(JNIEnv*, jclass) {
  return static_cast<jint>(dcm_device_count());
}

void set_batch(JNIEnv* env, jclass, jlong context, jint batch) {
  dcm_error error;
  report(env, dcm_context_set_batch(context_of(context), static_cast<uint32_t>(batch), &error), error);
}

jlong arena_bytes(JNIEnv*, jclass, jlong context) {
  return static_cast<jlong>(dcm_context_arena_bytes(context_of(context)));
}

void run(JNIEnv* env, jclass, jlong context, jobjectArray buffers, jintArray starts, jintArray ends, jint inputs) {
  dcm_error error;
  report(env, run_on_buffers(env, context_of(context), buffers, starts, ends, inputs, &error), error);
}

// The JDK's jni.h has plain char* for what it does not write to.
template <typename Function>
JNINativeMethod method(const char* name, const char* signature, Function* function) {
  return {const_cast<char*>(name), const_cast<char*>(signature), reinterpret_cast<void*>(function)};
}

const JNINativeMethod kMethods[] = {
    method("version", "()Ljava/lang/String;", version),
    method("openPath", "([BIJ[B[B)J", open_path),
    method("openFd", "(IJJIJ[B[B)J", open_fd),
    method("openMemory", "(Ljava/nio/ByteBuffer;IIIJ[B[B)J", open_memory),
    method("closeModel", "(J)V", close_model),
    method("count", "(JI)I", count),
    method("givesProbabilities", "(J)Z", gives_probabilities),
    method("text", "(JII)[B", text),
    method("numbers", "(JII)[J", numbers),
    method("createContext", "(JIJ)J", create_context),
    method("destroyContext", "(J)V", destroy_context),
    method("fallback", "(J)[B", fallback),
    method("deviceCount", "()I", device_count),
    method("setBatch", "(JI)V", set_batch),
    method("arenaBytes", "(J)J", arena_bytes),
    method("run", "(J[Ljava/nio/FloatBuffer;[I[II)V", run),
};

bool prepare(JNIEnv* env) {
  jclass type = env->FindClass("org/dcmobile/DcmException");
  if (type == nullptr) return false;
  exception.constructor = env->GetMethodID(type, "<init>", "(I[B)V");
  if (exception.constructor == nullptr) return false;
  exception.type = static_cast<jclass>(env->NewGlobalRef(type));
  jclass native = env->FindClass("org/dcmobile/Native");
  return exception.type != nullptr && native != nullptr &&
         env->RegisterNatives(native, kMethods, sizeof kMethods / sizeof kMethods[0]) == JNI_OK;
}

}  // namespace
}  // namespace dcm::jni

// Called by Java when it loads the library. An exception that is pending says what was not found.
extern "C" JNIEXPORT jint JNI_OnLoad(JavaVM* vm, void*) {
  void* env;
  if (vm->GetEnv(&env, JNI_VERSION_1_6) != JNI_OK) return JNI_ERR;
  return dcm::jni::prepare(static_cast<JNIEnv*>(env)) ? JNI_VERSION_1_6 : JNI_ERR;
}
