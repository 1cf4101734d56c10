# Builds for Android 9 on 64-bit Arm with clang and without the NDK. scripts/build-android-so makes what it needs in DCMOBILE_ANDROID_PARTS:
# the C headers and stubs of the system's libraries. See runtime/android/README.md.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)  # a program could not be linked
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES DCMOBILE_ANDROID_PARTS)
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
foreach(language C CXX)
  set(CMAKE_${language}_COMPILER_TARGET aarch64-linux-android28)
endforeach()

set(android "${CMAKE_CURRENT_LIST_DIR}/../runtime/android")
set(c_flags "-nostdlibinc -isystem ${android}/compat")
set(c_headers "-isystem ${DCMOBILE_ANDROID_PARTS}/musl-dev/usr/include/aarch64-linux-musl -mno-outline-atomics")
set(CMAKE_C_FLAGS_INIT "${c_flags} ${c_headers}")
set(CMAKE_CXX_FLAGS_INIT "${c_flags} -nostdinc++ -isystem /usr/lib/llvm-19/include/c++/v1 ${c_headers} -fno-threadsafe-statics")
# Pages of 16 KiB; relocations packed, which Android knows from API 23 on and which saves 18 KB.
set(CMAKE_SHARED_LINKER_FLAGS_INIT
  "-nostdlib -fuse-ld=lld-19 -Wl,-z,defs,-z,now,-z,max-page-size=16384 -Wl,--pack-dyn-relocs=android -Wl,--as-needed -L${DCMOBILE_ANDROID_PARTS}/stubs")
set(CMAKE_C_STANDARD_LIBRARIES "-lc -lm -ldl -llog")
