// Stands in for Android's libc.so, for tests under qemu: a program that was linked for Android finds in it what glibc names otherwise, and the
// rest in glibc, which it needs.
#include <errno.h>
#include <stdlib.h>

extern char **environ;

int *__errno(void) {
  return __errno_location();
}

void __libc_init(void *stack, void *unused, int (*program)(int, char **), const void *structors) {
  long *words = stack;
  (void)unused;
  (void)structors;
  exit(program((int)words[0], (char **)(words + 1)));
}
