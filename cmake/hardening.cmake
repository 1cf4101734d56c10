# What the compiler and the linker can do against a mistake in the code that a hostile file might find (docs/security.md).

function(dcmobile_harden target)
  target_compile_options(${target} PRIVATE -fstack-protector-strong)
  if(DCMOBILE_SANITIZE)
    return()  # AddressSanitizer sees more, and stands in the way of the rest
  endif()
  target_compile_options(${target} PRIVATE -fstack-clash-protection)
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")  # the C library's checks need an optimising compiler
    target_compile_options(${target} PRIVATE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  endif()
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    target_compile_options(${target} PRIVATE -fcf-protection=full)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    target_compile_options(${target} PRIVATE -mbranch-protection=standard)
  endif()
endfunction()

# A shared library: no table that a stray write could redirect calls through, no stack that can be run.
function(dcmobile_harden_library target)
  dcmobile_harden(${target})
  if(NOT APPLE)
    target_link_options(${target} PRIVATE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
  endif()
endfunction()
