# Whether and with which ExecuTorch the delegate is built, by DCMOBILE_EXECUTORCH. ExecuTorch is looked for where CMake looks (see
# CMAKE_PREFIX_PATH), then in the Python environment of the build. Sets DCMOBILE_EXECUTORCH_FOUND, and if true
# DCMOBILE_EXECUTORCH_{VERSION,INCLUDE_DIRS,DEFINITIONS,LIBRARIES}.
set(DCMOBILE_EXECUTORCH_FOUND FALSE)
if(DCMOBILE_EXECUTORCH STREQUAL "OFF")
  return()
endif()

find_package(executorch CONFIG QUIET)
if(NOT executorch_FOUND AND NOT CMAKE_CROSSCOMPILING)  # that environment's libraries are this machine's
  find_package(Python COMPONENTS Interpreter QUIET)
  if(Python_Interpreter_FOUND)
    execute_process(
      COMMAND "${Python_EXECUTABLE}" -c
        "import importlib.util as u; s = u.find_spec('executorch'); print(list(s.submodule_search_locations)[0] if s else '', end='')"
      OUTPUT_VARIABLE package
      ERROR_QUIET)
    if(package)
      find_package(executorch CONFIG QUIET PATHS "${package}" NO_DEFAULT_PATH)
    endif()
  endif()
endif()

if(executorch_FOUND)
  set(DCMOBILE_EXECUTORCH_FOUND TRUE)
  set(DCMOBILE_EXECUTORCH_VERSION "${executorch_VERSION}")
  set(DCMOBILE_EXECUTORCH_INCLUDE_DIRS "${EXECUTORCH_INCLUDE_DIRS}")
  set(DCMOBILE_EXECUTORCH_DEFINITIONS "${EXECUTORCH_COMPILE_DEFINITIONS}")
  # By path, not by the targets: their link options would put search paths into the delegate, and older CMake has none.
  set(DCMOBILE_EXECUTORCH_LIBRARIES
    "${EXECUTORCH_RUNTIME_LIBRARY_DIR}/${CMAKE_SHARED_LIBRARY_PREFIX}executorch${CMAKE_SHARED_LIBRARY_SUFFIX}"
    "${EXECUTORCH_RUNTIME_LIBRARY_DIR}/${CMAKE_SHARED_LIBRARY_PREFIX}executorch_threadpool${CMAKE_SHARED_LIBRARY_SUFFIX}")
  message(STATUS "ExecuTorch ${executorch_VERSION}: the delegate is built")
elseif(DCMOBILE_EXECUTORCH STREQUAL "ON")
  message(FATAL_ERROR "DCMOBILE_EXECUTORCH is ON, but ExecuTorch is not found: pip install executorch, or point CMAKE_PREFIX_PATH to it")
else()
  message(STATUS "ExecuTorch is not found: the delegate is left out")
endif()
