# Cross-compiles for 32-bit Arm Linux with Debian's g++-arm-linux-gnueabihf and runs what it has built under qemu-user. The generic kernels are its
# only ones.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR armv7)
set(CMAKE_C_COMPILER arm-linux-gnueabihf-gcc)
set(CMAKE_CXX_COMPILER arm-linux-gnueabihf-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-arm -L /usr/arm-linux-gnueabihf)
set(CMAKE_CXX_FLAGS_INIT "-Wno-psabi")  # notes on how GCC 6 passed arguments
