/* A plugin of qemu-user that counts what a 64-bit Arm program executes, function by function: instructions,
 * multiply-adds in single precision (a vector instruction makes four), and instructions that load or store. It prints a
 * line a function when the program ends: these three numbers and the name, the most instructions first.
 *
 * Debian has no header for plugins, so what is used of version 1 of their interface (docs/devel/tcg-plugins of QEMU 7.2)
 * is declared here. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*translation_callback)(qemu_plugin_id_t id, struct qemu_plugin_tb* block);
typedef void (*exit_callback)(qemu_plugin_id_t id, void* data);
enum { ADD_U64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, translation_callback callback);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb* block, int operation, void* counter, uint64_t by);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, exit_callback callback, void* data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb* block);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb* block, size_t index);
const void* qemu_plugin_insn_data(const struct qemu_plugin_insn* instruction);
const char* qemu_plugin_insn_symbol(const struct qemu_plugin_insn* instruction);
void qemu_plugin_outs(const char* text);

EXPORT int qemu_plugin_version = 1;

/* Executed so many times; a function is many blocks, and one that was translated twice is two. */
struct block {
  uint64_t executed;
  uint32_t instructions, multiply_adds, accesses;
  const char* symbol;
  struct block* next;
};
static struct block* blocks;

struct total {
  uint64_t instructions, multiply_adds, accesses;
  const char* symbol;
};

/* Single-precision multiply-adds of an instruction: 4 for FMLA Vd.4S with Vn.4S and Vm.4S or Vm.S[i], 1 for FMADD, and
 * for FADD: the kernel of linear layers adds products that it has made before, one for each centroid. */
static uint32_t multiply_adds_of(uint32_t word) {
  if ((word & 0xFFE0FC00u) == 0x4E20CC00u || (word & 0xFFC0F400u) == 0x4F801000u) return 4;
  return (word & 0xFFE08000u) == 0x1F000000u || (word & 0xFFE0FC00u) == 0x1E202800u;
}

/* The encoding group of loads and stores. */
static int is_access(uint32_t word) {
  return (word & 0x0A000000u) == 0x08000000u;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb* from) {
  (void)id;
  struct block* block = calloc(1, sizeof *block);
  const size_t count = qemu_plugin_tb_n_insns(from);
  for (size_t i = 0; i < count; ++i) {
    const struct qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(from, i);
    if (i == 0) block->symbol = qemu_plugin_insn_symbol(instruction);
    uint32_t word;
    memcpy(&word, qemu_plugin_insn_data(instruction), sizeof word);
    block->multiply_adds += multiply_adds_of(word);
    block->accesses += (uint32_t)is_access(word);
  }
  block->instructions = (uint32_t)count;
  block->next = blocks;
  blocks = block;
  qemu_plugin_register_vcpu_tb_exec_inline(from, ADD_U64, &block->executed, 1);
}

static int by_symbol(const void* a, const void* b) {
  return strcmp(((const struct total*)a)->symbol, ((const struct total*)b)->symbol);
}

static int most_first(const void* a, const void* b) {
  const uint64_t x = ((const struct total*)a)->instructions, y = ((const struct total*)b)->instructions;
  return (x < y) - (x > y);
}

static void ended(qemu_plugin_id_t id, void* data) {
  (void)id;
  (void)data;
  size_t count = 0, functions = 0;
  for (const struct block* block = blocks; block != NULL; block = block->next) ++count;
  struct total* totals = calloc(count + 1, sizeof *totals);
  for (const struct block* block = blocks; block != NULL; block = block->next)
    totals[functions++] = (struct total){
        block->executed * block->instructions,
        block->executed * block->multiply_adds,
        block->executed * block->accesses,
        block->symbol != NULL ? block->symbol : "?",
    };
  qsort(totals, functions, sizeof *totals, by_symbol);
  size_t last = 0;
  for (size_t i = 1; i < functions; ++i) {
    if (strcmp(totals[i].symbol, totals[last].symbol) != 0) {
      totals[++last] = totals[i];
      continue;
    }
    totals[last].instructions += totals[i].instructions;
    totals[last].multiply_adds += totals[i].multiply_adds;
    totals[last].accesses += totals[i].accesses;
  }
  functions = functions == 0 ? 0 : last + 1;
  qsort(totals, functions, sizeof *totals, most_first);
  for (size_t i = 0; i < functions; ++i) {
    char line[1024];
    snprintf(line, sizeof line, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n", totals[i].instructions,
             totals[i].multiply_adds, totals[i].accesses, totals[i].symbol);
    qemu_plugin_outs(line);
  }
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void* machine, int count, char** arguments) {
  (void)machine;
  (void)count;
  (void)arguments;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, ended, NULL);
  return 0;
}
