// A run on the memory of Java's direct buffers.
#pragma once

#include <jni.h>

#include "dcmobile/dcmobile.h"

namespace dcm::jni {

// Runs on floats starts[i] .. ends[i] - 1 of buffers[i], which lie inside them: inputs first, so many as inputs says,
// then outputs. CALL_ARGUMENT also if a buffer has no address or one that is no multiple of 4, or if an output shares
// memory with another buffer; MACHINE_MEMORY if there are many buffers and no memory to list them.
int run_on_buffers(JNIEnv* env, dcm_context* context, jobjectArray buffers, jintArray starts, jintArray ends,
                   jint inputs, dcm_error* error);

}  // namespace dcm::jni
