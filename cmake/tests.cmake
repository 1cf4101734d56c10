# GoogleTest, and how its programs become tests of CTest.
include(GoogleTest)

set(DCMOBILE_TEST_CPUS "" CACHE STRING "Processors, by qemu's names, that cross-compiled tests run on; empty: qemu's own choice")
set(DCMOBILE_TEST_SHARDS 4 CACHE STRING "Parts that a cross-compiled test program is run in, side by side")

if(CMAKE_CROSSCOMPILING)
  # Debian's library is for the machine that builds; its package googletest has the sources for others.
  set(googletest "/usr/src/googletest")
  if(NOT EXISTS "${googletest}/CMakeLists.txt")
    message(FATAL_ERROR "The tests of another machine need GoogleTest's sources in ${googletest} (Debian: googletest)")
  endif()
  set(BUILD_GMOCK OFF CACHE INTERNAL "")
  set(INSTALL_GTEST OFF CACHE INTERNAL "")
  add_subdirectory("${googletest}" "${CMAKE_BINARY_DIR}/googletest" EXCLUDE_FROM_ALL)
else()
  find_package(GTest REQUIRED)
endif()

# What runs a program that was built, in a shell: "" here, the emulator and a blank for another machine.
string(JOIN " " DCMOBILE_TEST_LAUNCHER ${CMAKE_CROSSCOMPILING_EMULATOR})
if(DCMOBILE_TEST_LAUNCHER)
  string(APPEND DCMOBILE_TEST_LAUNCHER " ")
endif()

# Here each test of the program is one of CTest's; further arguments are gtest_discover_tests'. Another machine's start slowly under an emulator: there it is a part of the program on
# one processor.
function(dcmobile_add_tests program)
  if(NOT CMAKE_CROSSCOMPILING)
    gtest_discover_tests(${program} DISCOVERY_TIMEOUT 60 ${ARGN})
    return()
  endif()
  target_compile_options(${program} PRIVATE -O1)  # compiling takes longer than running
  math(EXPR last_shard "${DCMOBILE_TEST_SHARDS} - 1")
  string(REPLACE " " ";" cpus "${DCMOBILE_TEST_CPUS}")
  if(NOT cpus)
    set(cpus any)
  endif()
  foreach(cpu IN LISTS cpus)
    foreach(shard RANGE ${last_shard})
      set(test ${program}.${cpu}.${shard})
      add_test(NAME ${test} COMMAND ${program} --gtest_brief=1)
      set(environment GTEST_TOTAL_SHARDS=${DCMOBILE_TEST_SHARDS} GTEST_SHARD_INDEX=${shard})
      if(CMAKE_CROSSCOMPILING_EMULATOR)
        list(APPEND environment DCMOBILE_TEST_EMULATED=1)
      endif()
      if(NOT cpu STREQUAL "any")
        list(APPEND environment QEMU_CPU=${cpu})
      endif()
      set_tests_properties(${test} PROPERTIES ENVIRONMENT "${environment}")
    endforeach()
  endforeach()
endfunction()
