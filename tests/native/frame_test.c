/* Executes the machine code: the capture frame and the transfers.

   usage: frame_test IMAGE ENTRY FUNCTION_TABLE FUNCTION_COUNT [TRANSFER BLOCK]...

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

uint8_t *fresh_transfer(struct call *call, const struct image *image, int transfer, void *target,
                        uint32_t *cell) {
  uint8_t *block = image->base + image->block[transfer];
  const uint64_t words[3] = {(uint64_t)(uintptr_t)target, (uint64_t)(uintptr_t)cell,
                             (uint64_t)(uintptr_t)(block + AT_OVERLAPPED)};
  fresh_call(call, image, NULL);
  call->routine = (uint64_t)(uintptr_t)(image->base + image->transfer[transfer]);
  call->block = pattern();
  memcpy(block, words, sizeof words);
  return block;
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

/* What a call leaves alone: registers, the stack, what lies beside the cell. */
static void check_around(const struct call *call, const struct guarded_cell *cell,
                         const struct guarded_cell *before) {
  check(cell->front == before->front && cell->back == before->back,
        "a word beside the cell was written");
#if defined(__x86_64__)
  check(stub.sp % 16 == 8, "the target's rsp was %llx", (unsigned long long)stub.sp);
#else
  check(stub.sp % 16 == 0, "the target's sp was %llx", (unsigned long long)stub.sp);
  check(stub.teb == call->teb && call->teb_after == call->teb, "x18 was changed");
  check(stub.chain[0] == call->before[10] && stub.chain[1] == call->return_address,
        "x29 did not point to the caller's frame record");
#endif
  check_registers(call);
}

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
  check_around(&call, &cell, &cell_before);
}

/* A transfer of `length` bytes of which the target makes `count`. */
static void check_transfer(const struct image *image, int transfer, uint32_t length, uint32_t count,
                           uint64_t result) {
  static uint8_t expected[PAGE];
  uint8_t *const page = image->base + PAGE;
  struct guarded_cell cell = {(uint32_t)pattern(), (uint32_t)pattern(), (uint32_t)pattern(), 0};
  const struct guarded_cell cell_before = cell;
  for (size_t i = 0; i < PAGE / 8; i++) ((uint64_t *)page)[i] = pattern();

  struct call call;
  uint8_t *const block = fresh_transfer(&call, image, transfer, transfer_stub, &cell.value);
  const uint64_t where = pattern();
  memcpy(block + AT_WHERE, &where, 8);
  memcpy(block + AT_COUNT, &count, 4);
  call.block = (call.block & ~0xFFFFFFFFull) | length; /* the upper half means nothing */
  memset(&stub, 0, sizeof stub);
  stub.set_error = (uint32_t)pattern();
  stub.result = result;

  memcpy(expected, page, PAGE);
  uint8_t *const mirror = expected + (block - page);
  memcpy(mirror + AT_LENGTH, &length, 4);
  memcpy(mirror + AT_RESULT, &result, 4);
  memset(mirror + AT_OVERLAPPED, 0, 16);
  *last_error() = (uint32_t)pattern();
  call_frame(&call);
  const uint32_t error_now = *last_error();

  const uint64_t file = (uint64_t)(int64_t)(int32_t)call.context;
  check(stub.argument[0] == file, "the file: %llx, not %llx", (unsigned long long)stub.argument[0],
        (unsigned long long)file);
  check(stub.argument[1] == call.key, "the bytes: %llx", (unsigned long long)stub.argument[1]);
  check((uint32_t)stub.argument[2] == length, "the length: %llx",
        (unsigned long long)stub.argument[2]);
  check(stub.argument[3] == (uint64_t)(uintptr_t)(block + AT_COUNT), "the address for the count");
  check(stub.argument[4] == where, "the OVERLAPPED: %llx", (unsigned long long)stub.argument[4]);
  for (size_t i = 0; i < PAGE; i++)
    check(page[i] == expected[i], "byte %d of the block became %x, not %x", (int)(page + i - block),
          page[i], expected[i]);
  const int is_whole = (uint32_t)result != 0 && count == length;
  check(((int)call.returned == 0) == is_whole, "of %u bytes %u, result %llx: returned %d", length,
        count, (unsigned long long)result, (int)call.returned);
  check(stub.last_error == cell_before.value, "the target saw last error %llx, not %x",
        (unsigned long long)stub.last_error, cell_before.value);
  check(cell.value == stub.set_error && error_now == stub.set_error, "the last error is %x, not %llx",
        cell.value, (unsigned long long)stub.set_error);
  check_around(&call, &cell, &cell_before);
}

static void check_transfers(const struct image *image) {
  static const uint32_t lengths[] = {1, 4096, 0x7FFFFFFF};
  for (int transfer = 0; transfer < TRANSFERS; transfer++)
    for (int i = 0; i < 3; i++) {
      const uint32_t length = lengths[i];
      check_transfer(image, transfer, length, length, 1);
      check_transfer(image, transfer, length, length - 1, 1);
      check_transfer(image, transfer, length, 0, 1);
      check_transfer(image, transfer, length, length ^ 0x80000000u, 1);
      check_transfer(image, transfer, length, length, 0);
      check_transfer(image, transfer, length, 0, 0);
      check_transfer(image, transfer, length, length, 0xFFFFFFFF00000000u); /* a BOOL has 32 bits */
      check_transfer(image, transfer, length, length, 0xFFFFFFFFFFFFFFFFu);
    }
}

int main(int count, char **argument) {
  if (count != 5 + 2 * TRANSFERS) {
    printf("usage: frame_test IMAGE ENTRY FUNCTION_TABLE FUNCTION_COUNT [TRANSFER BLOCK]...\n");
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
  for (int i = 0; i < TRANSFERS; i++) {
    image.transfer[i] = (uint32_t)strtoul(argument[5 + 2 * i], NULL, 10);
    image.block[i] = (uint32_t)strtoul(argument[6 + 2 * i], NULL, 10);
  }
  map_image(&image, bytes);

  for (uint32_t key = WORD_ARGUMENTS; key <= WORD_SCRATCH; key++)
    for (uint32_t context = WORD_ARGUMENTS; context <= WORD_SCRATCH; context++)
      check_call(&image, key, context);
  check_transfers(&image);
  check_system(&image);

  printf("%u checks, %u failed\n", checks, failures);
  return failures ? 1 : 0;
}
