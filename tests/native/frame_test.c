/* Executes the capture frame's machine code.

   usage: frame_test IMAGE ENTRY FUNCTION_TABLE FUNCTION_COUNT

   The same checks run on x64 Windows and on arm64 Linux, where a block of
   memory in x18 plays the TEB. Prints each failed check and a last line
   "N checks, M failed". */
#include "frame_test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stub stub;

static unsigned checks, failures;

void check(int holds, const char *format, ...) {
  checks++;
  if (holds || ++failures > 40) return;
  va_list arguments;
  va_start(arguments, format);
  printf("failed: ");
  vprintf(format, arguments);
  printf("\n");
  va_end(arguments);
}

/* Values that differ in every byte, so that a lost half or a swap shows. */
static uint64_t pattern(void) {
  static uint64_t state = 0x9E3779B97F4A7C15u;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state | 0x8000000080000000u;
}

void fresh_call(struct call *call, const struct image *image, uint64_t *block) {
  memset(call, 0, sizeof *call);
  call->routine = (uint64_t)(uintptr_t)(image->base + image->entry);
  call->context = pattern();
  call->key = pattern();
  call->block = (uint64_t)(uintptr_t)block;
  /* The TEB is the structure whose field at 0x68 is the last error. */
  call->teb = (uint64_t)(uintptr_t)last_error() - 0x68;
  for (int i = 0; i < NONVOLATILE_WORDS; i++) call->before[i] = pattern();
}

static void check_registers(const struct call *call) {
  for (int i = 0; i < NONVOLATILE_WORDS; i++)
    check(call->before[i] == call->after[i], "nonvolatile word %d: %llx became %llx", i,
          (unsigned long long)call->before[i], (unsigned long long)call->after[i]);
  check(call->sp_before == call->sp_after, "stack pointer moved by %lld",
        (long long)(call->sp_after - call->sp_before));
}

/* Between other words, so that a write outside shows. */
struct guarded_block {
  uint64_t front[16];
  uint64_t word[BLOCK_WORDS];
  uint64_t back[16];
};

struct guarded_cell {
  uint32_t front, value, back, end;
};

static void check_call(const struct image *image, uint32_t key_word, uint32_t context_word) {
  static _Alignas(16) struct guarded_block memory;
  struct guarded_block expected;
  struct guarded_cell cell = {(uint32_t)pattern(), (uint32_t)pattern(), (uint32_t)pattern(), 0};
  const struct guarded_cell cell_before = cell;
  uint64_t *fill = (uint64_t *)&memory;
  for (size_t i = 0; i < sizeof memory / 8; i++) fill[i] = pattern();
  memory.word[WORD_TARGET] = (uint64_t)(uintptr_t)target_stub;
  memory.word[WORD_CELL] = (uint64_t)(uintptr_t)&cell.value;
  memory.word[WORD_DESTINATIONS] = (uint64_t)context_word << 32 | key_word;

  struct call call;
  fresh_call(&call, image, memory.word);
  memset(&stub, 0, sizeof stub);
  stub.set_error = (uint32_t)pattern();
  stub.result = pattern();

  expected = memory;
  expected.word[key_word] = call.key;
  expected.word[context_word] = call.context;
  const uint32_t error_elsewhere = (uint32_t)pattern();
  *last_error() = error_elsewhere;
  call_frame(&call);
  const uint32_t error_now = *last_error();

  for (int i = 0; i < 9; i++)
    check(stub.argument[i] == expected.word[WORD_ARGUMENTS + i],
          "argument %d (key to %u, context to %u): %llx, not %llx", i + 1, key_word, context_word,
          (unsigned long long)stub.argument[i],
          (unsigned long long)expected.word[WORD_ARGUMENTS + i]);
  expected.word[WORD_RESULT] = stub.result;
  for (size_t i = 0; i < sizeof memory / 8; i++)
    check(fill[i] == ((uint64_t *)&expected)[i],
          "block word %d (key to %u, context to %u): %llx, not %llx", (int)i - 16, key_word,
          context_word, (unsigned long long)fill[i],
          (unsigned long long)((uint64_t *)&expected)[i]);
  check((int)call.returned == 0, "returned %d", (int)call.returned);
  check(stub.last_error == cell_before.value, "the target saw last error %llx, not %x",
        (unsigned long long)stub.last_error, cell_before.value);
  check(cell.value == stub.set_error, "the cell got %x, not %llx", cell.value,
        (unsigned long long)stub.set_error);
  check(error_now == stub.set_error, "the thread's last error is %x", error_now);
  check(cell.front == cell_before.front && cell.back == cell_before.back,
        "a word beside the cell was written");
#if defined(__x86_64__)
  check(stub.sp % 16 == 8, "the target's rsp was %llx", (unsigned long long)stub.sp);
#else
  check(stub.sp % 16 == 0, "the target's sp was %llx", (unsigned long long)stub.sp);
  check(stub.teb == call.teb && call.teb_after == call.teb, "x18 was changed");
  check(stub.chain[0] == call.before[10] && stub.chain[1] == call.return_address,
        "x29 did not point to the caller's frame record");
#endif
  check_registers(&call);
}

int main(int count, char **argument) {
  if (count != 5) {
    printf("usage: frame_test IMAGE ENTRY FUNCTION_TABLE FUNCTION_COUNT\n");
    return 2;
  }
  setvbuf(stdout, NULL, _IONBF, 0); /* a crash shall not swallow what was printed */
  static uint8_t bytes[65536];
  FILE *file = fopen(argument[1], "rb");
  if (!file) {
    perror(argument[1]);
    return 2;
  }
  struct image image = {0};
  image.size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  image.entry = (uint32_t)strtoul(argument[2], NULL, 10);
  image.function_table = (uint32_t)strtoul(argument[3], NULL, 10);
  image.function_count = (uint32_t)strtoul(argument[4], NULL, 10);
  map_image(&image, bytes);

  for (uint32_t key = WORD_ARGUMENTS; key <= WORD_SCRATCH; key++)
    for (uint32_t context = WORD_ARGUMENTS; context <= WORD_SCRATCH; context++)
      check_call(&image, key, context);
  check_system(&image);

  printf("%u checks, %u failed\n", checks, failures);
  return failures ? 1 : 0;
}
