// Where a program for Android begins when it is linked without the NDK: what the NDK's crtbegin_dynamic.o does.
#include <cstddef>

extern "C" {

int main(int argc, char** argv);  // bionic passes the environment too, in a register that it does not look at

// Of bionic: takes what the kernel put on the stack, runs main and exits with its result. Constructors have run by then
// (the linker's job); destructors are registered with __cxa_atexit, so that there is no array of them to pass.
struct Structors {
  void (**preinit)();
  void (**init)();
  void (**fini)();
};
[[noreturn]] void __libc_init(void* stack, void (*unused)(), int (*program)(int, char**), const Structors* structors);

[[noreturn, gnu::used]] void dcm_program_start(void* stack) {
  static const Structors kNone = {nullptr, nullptr, nullptr};
  __libc_init(stack, nullptr, main, &kNone);
}

}  // extern "C"

asm(R"(
  .text
  .globl _start
  .type _start, %function
_start:
  bti j
  mov x29, xzr
  mov x30, xzr
  mov x0, sp
  b dcm_program_start
  .size _start, . - _start
)");
