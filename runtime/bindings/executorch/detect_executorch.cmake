# Sets DCMOBILE_EXECUTORCH_FOUND by DCMOBILE_EXECUTORCH: whether the delegate is built. ExecuTorch is looked for where CMake looks (see
# CMAKE_PREFIX_PATH), then in the Python environment of the build.
set(DCMOBILE_EXECUTORCH_FOUND FALSE)
if(NOT DCMOBILE_EXECUTORCH STREQUAL "OFF")
  find_package(executorch CONFIG QUIET)
  if(NOT executorch_FOUND)
    find_package(Python COMPONENTS Interpreter QUIET)
    if(Python_Interpreter_FOUND)
      execute_process(
        COMMAND "${Python_EXECUTABLE}" -c
          "import importlib.util as u; s = u.find_spec('executorch'); print(list(s.submodule_search_locations)[0] if s else '', end='')"
        OUTPUT_VARIABLE executorch_package
        ERROR_QUIET)
      if(executorch_package)
        list(APPEND CMAKE_PREFIX_PATH "${executorch_package}")
        find_package(executorch CONFIG QUIET)
      endif()
    endif()
  endif()
  set(DCMOBILE_EXECUTORCH_FOUND ${executorch_FOUND})
  if(executorch_FOUND)
    message(STATUS "ExecuTorch ${executorch_VERSION}: the delegate is built")
  elseif(DCMOBILE_EXECUTORCH STREQUAL "ON")
    message(FATAL_ERROR "DCMOBILE_EXECUTORCH is ON, but ExecuTorch is not found: pip install executorch, or point CMAKE_PREFIX_PATH to it")
  else()
    message(STATUS "ExecuTorch is not found: the delegate is left out")
  endif()
endif()
