# Where ExecuTorch's headers and libraries are, of a wheel or of an ExecuTorch that was built and installed.
find_package(executorch CONFIG REQUIRED)
set(DCMOBILE_EXECUTORCH_VERSION "${executorch_VERSION}")
if(TARGET executorch::runtime AND TARGET executorch::threadpool)
  # From the targets only what compiling and linking need: their link options would put search paths into the delegate.
  set(DCMOBILE_EXECUTORCH_INCLUDE_DIRS "${EXECUTORCH_INCLUDE_DIRS}")
  set(DCMOBILE_EXECUTORCH_DEFINITIONS "${EXECUTORCH_COMPILE_DEFINITIONS}")
  set(DCMOBILE_EXECUTORCH_LIBRARIES $<TARGET_FILE:executorch::runtime> $<TARGET_FILE:executorch::threadpool>)
else()
  set(DCMOBILE_EXECUTORCH_INCLUDE_DIRS "${EXECUTORCH_INCLUDE_DIRS}")
  set(DCMOBILE_EXECUTORCH_DEFINITIONS "${EXECUTORCH_COMPILE_DEFINITIONS}")
  set(DCMOBILE_EXECUTORCH_LIBRARIES
    "${EXECUTORCH_RUNTIME_LIBRARY_DIR}/libexecutorch.so" "${EXECUTORCH_RUNTIME_LIBRARY_DIR}/libexecutorch_threadpool.so")
endif()
