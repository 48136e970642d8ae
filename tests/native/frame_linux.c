/* arm64 Linux, native or emulated: the unwind data against the real state of
   the machine at every instruction of the frame. The unwinder here follows
   https://learn.microsoft.com/en-us/cpp/build/arm64-exception-handling for
   the codes that the frame uses; any other one is a failure. */
#define _GNU_SOURCE
#include "frame_test.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

uint32_t *last_error(void) {
  static uint32_t teb[1024];
  return teb + 0x68 / 4;
}

static uint8_t *map_bytes(const uint8_t *bytes, size_t size) {
  uint8_t *base =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) abort();
  memcpy(base, bytes, size);
  if (mprotect(base, size, PROT_READ | PROT_EXEC)) abort();
  __builtin___clear_cache((char *)base, (char *)base + size);
  return base;
}

void map_image(struct image *image, const uint8_t *bytes) {
  image->base = map_bytes(bytes, image->size);
}

struct state {
  uint64_t x[31], sp;
};

/* Undoes what the code at `codes` says; gives its length in bytes, 0 at the end. */
static int undo(struct state *state, const uint8_t *codes) {
  const uint8_t code = codes[0];
  if (code < 0x20) { /* alloc_s */
    state->sp += (uint64_t)code * 16;
    return 1;
  }
  if (code == 0xE1) { /* set_fp */
    state->sp = state->x[29];
    return 1;
  }
  if (code >= 0x80 && code < 0xC0) { /* save_fplr_x */
    memcpy(&state->x[29], (void *)state->sp, 16);
    state->sp += ((uint64_t)(code & 0x3F) + 1) * 8;
    return 1;
  }
  if ((code & 0xFC) == 0xD0) { /* save_reg */
    const int bits = code << 8 | codes[1];
    memcpy(&state->x[19 + (bits >> 6 & 15)], (void *)(state->sp + (bits & 63) * 8), 8);
    return 2;
  }
  if (code == 0xE3) return 1; /* nop */
  check(code == 0xE4, "unwind code %02x is not expected", code);
  return 0;
}

static int length_of(const uint8_t *code) { return (code[0] & 0xFC) == 0xD0 ? 2 : 1; }

/* Number of instructions that the codes up to the end describe. */
static int count_codes(const uint8_t *codes) {
  int count = 0;
  for (; *codes != 0xE4; codes += length_of(codes)) count++;
  return count;
}

static void unwind(const struct image *image, int instruction, struct state *state) {
  const uint32_t *entry = (const uint32_t *)(image->base + image->function_table);
  const uint32_t *record = (const uint32_t *)(image->base + entry[1]);
  const int length = record[0] & 0x3FFFF;
  check((record[0] >> 18 & 7) == 0 && (record[0] >> 21 & 1), "version 0, no handler, E");
  const uint8_t *prologue = (const uint8_t *)(record + 1);
  const uint8_t *epilogue = prologue + (record[0] >> 22 & 31);
  check((size_t)(epilogue - prologue) < (record[0] >> 27) * 4, "the epilogue's codes");
  const int epilogue_start = length - count_codes(epilogue) - 1; /* and the ret */
  const uint8_t *code = prologue;
  int skip = count_codes(prologue) - instruction; /* steps not yet done */
  if (instruction >= epilogue_start) {
    code = epilogue;
    skip = instruction - epilogue_start; /* steps already undone */
  }
  for (; skip > 0; skip--) code += length_of(code);
  for (int step; (step = undo(state, code)) != 0; code += step) {
    if (instruction < epilogue_start && *code < 0x20)
      check(state->sp == state->x[29], "at instruction %d: alloc_s", instruction);
  }
}

static sigjmp_buf stopped;
static const struct image *stopped_image;
static const struct call *stopped_call;
static int stopped_at;

/* Runs on a stack of its own: the one that is unwound must stay as it is. */
static void on_trap(int signal, siginfo_t *info, void *raw) {
  (void)signal;
  (void)info;
  const mcontext_t *machine = &((ucontext_t *)raw)->uc_mcontext;
  struct state state;
  memcpy(state.x, machine->regs, sizeof state.x);
  state.sp = machine->sp;
  unwind(stopped_image, stopped_at, &state);
  check(state.sp == stopped_call->sp_before, "at instruction %d: sp is off by %lld", stopped_at,
        (long long)(state.sp - stopped_call->sp_before));
  check(state.x[30] == stopped_call->return_address, "at instruction %d: lr", stopped_at);
  check(memcmp(&state.x[19], stopped_call->before, 11 * 8) == 0, "at instruction %d: x19-x29",
        stopped_at);
  siglongjmp(stopped, 1);
}

/* Runs the frame up to one instruction, which a breakpoint replaces. */
static void check_instruction(const struct image *image, int instruction) {
  static uint8_t bytes[4096];
  static _Alignas(16) uint64_t block[BLOCK_WORDS];
  static uint32_t cell;
  static struct call call;
  static struct image patched;
  const uint32_t breakpoint = 0xD4200000;
  memcpy(bytes, image->base, image->size);
  memcpy(bytes + image->entry + instruction * 4, &breakpoint, 4);
  patched = *image;
  patched.base = map_bytes(bytes, image->size);
  block[WORD_TARGET] = (uint64_t)target_stub;
  block[WORD_CELL] = (uint64_t)&cell;
  block[WORD_DESTINATIONS] = (uint64_t)WORD_SCRATCH << 32 | WORD_SCRATCH;
  fresh_call(&call, &patched, block);
  stopped_image = image;
  stopped_call = &call;
  stopped_at = instruction;
  if (!sigsetjmp(stopped, 1)) {
    call_frame(&call);
    check(0, "instruction %d was never reached", instruction);
  }
  munmap(patched.base, image->size);
}

void check_system(struct image *image) {
  static uint8_t stack[65536];
  const stack_t signal_stack = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&signal_stack, NULL);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_trap;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGTRAP, &action, NULL);
  const uint32_t *entry = (const uint32_t *)(image->base + image->function_table);
  const uint32_t code_end = entry[1]; /* the record stands right behind the code */
  check(entry[0] == image->entry && code_end % 4 == 0 && code_end < image->size,
        "the function table's entry is %x, %x", entry[0], code_end);
  if (code_end >= image->size) return;
  const int length = *(const uint32_t *)(image->base + code_end) & 0x3FFFF;
  check(length * 4u == code_end - image->entry, "the function's length is %d", length);
  for (int i = 0; i < length; i++) check_instruction(image, i);
  printf("unwound from %d instructions of the frame\n", length);
}
