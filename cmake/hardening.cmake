# What the compiler and the linker can do against a mistake in the code that a hostile file might find (docs/security.md).

# For code that reads a file's bytes: arrays on the stack are watched, large frames are touched page by page, functions of
# the C library check their targets where the compiler knows how large these are, and on x86-64 the system may keep a
# second stack of return addresses. Empty under AddressSanitizer, which sees more.
set(DCMOBILE_HARDENED "")
if(NOT DCMOBILE_SANITIZE)
  # A Status has 252 bytes of text, filled by vsnprintf alone, and nearly every function has a Status: watching those would make the
  # library 3 % larger.
  list(APPEND DCMOBILE_HARDENED -fstack-protector --param=ssp-buffer-size=256 -fstack-clash-protection)
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")  # it needs an optimising compiler
    list(APPEND DCMOBILE_HARDENED -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  endif()
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    list(APPEND DCMOBILE_HARDENED -fcf-protection=return)
  endif()
endif()

# A shared library: no table that a stray write could redirect calls through, no stack that can be run.
function(dcmobile_harden_library target)
  if(NOT APPLE AND NOT DCMOBILE_SANITIZE)
    target_link_options(${target} PRIVATE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
  endif()
endfunction()
