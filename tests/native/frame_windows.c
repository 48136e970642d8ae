/* x64 Windows: real targets, stack walks and exceptions through the frame. */
#include "frame_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

uint32_t *last_error(void) {
  uint8_t *teb;
  __asm__("mov %%gs:0x30, %0" : "=r"(teb)); /* the TEB's address of itself */
  return (uint32_t *)(teb + 0x68);
}

static RUNTIME_FUNCTION *lookup(uint64_t address, DWORD64 *base) {
  UNWIND_HISTORY_TABLE history;
  memset(&history, 0, sizeof history);
  return RtlLookupFunctionEntry(address, base, &history);
}

void map_image(struct image *image, const uint8_t *bytes) {
  DWORD old;
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX); /* a crash just ends the test */
  image->base = VirtualAlloc(NULL, image->size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
  memcpy(image->base, bytes, image->size);
  VirtualProtect(image->base, image->size, PAGE_EXECUTE_READ, &old);
  FlushInstructionCache(GetCurrentProcess(), image->base, image->size);
  DWORD64 found;
  check(!lookup((uint64_t)image->base, &found), "an entry exists before it was registered");
  check(RtlAddFunctionTable((RUNTIME_FUNCTION *)(image->base + image->function_table),
                            image->function_count, (DWORD64)image->base),
        "RtlAddFunctionTable refused the table");
}

static void fill_block(uint64_t *block, void *target, uint32_t *cell) {
  memset(block, 0, 8 * BLOCK_WORDS);
  block[WORD_TARGET] = (uint64_t)target;
  block[WORD_CELL] = (uint64_t)cell;
  block[WORD_DESTINATIONS] = (uint64_t)WORD_SCRATCH << 32 | WORD_SCRATCH;
}

static void check_real_targets(struct image *image) {
  _Alignas(16) uint64_t block[BLOCK_WORDS];
  uint32_t cell = 1234;
  struct call call;

  fill_block(block, GetLastError, &cell);
  fresh_call(&call, image, block);
  SetLastError(5);
  call_frame(&call);
  check((uint32_t)block[WORD_RESULT] == 1234 && cell == 1234, "GetLastError() gave %u",
        (uint32_t)block[WORD_RESULT]);

  fill_block(block, SetLastError, &cell);
  block[WORD_ARGUMENTS] = 4321;
  fresh_call(&call, image, block);
  call_frame(&call);
  check(cell == 4321 && GetLastError() == 4321, "SetLastError(4321) left %u", cell);

  /* Seven arguments; key stands in for the path. */
  fill_block(block, CreateFileW, &cell);
  block[WORD_DESTINATIONS] = (uint64_t)WORD_SCRATCH << 32 | WORD_ARGUMENTS;
  block[WORD_ARGUMENTS + 1] = GENERIC_READ;
  block[WORD_ARGUMENTS + 2] = FILE_SHARE_READ;
  block[WORD_ARGUMENTS + 4] = OPEN_EXISTING;
  fresh_call(&call, image, block);
  call.key = (uint64_t)L"no such file";
  call_frame(&call);
  check(block[WORD_RESULT] == ~0ull && cell == ERROR_FILE_NOT_FOUND,
        "CreateFileW gave %llx, last error %u", block[WORD_RESULT], cell);
}

/* Stepping: at every instruction of the frame, an unwind must give the
   caller's registers as they were before the call. */
static struct image *stepped;
static struct call *stepped_call;
static unsigned steps, steps_outside;

static void check_unwind(const CONTEXT *at) {
  CONTEXT context = *at;
  const unsigned offset = (unsigned)(at->Rip - (uint64_t)stepped->base);
  DWORD64 base = 0, establisher = 0;
  void *data = NULL;
  RUNTIME_FUNCTION *entry = lookup(at->Rip, &base);
  check(entry && base == (uint64_t)stepped->base, "no entry found at +%u", offset);
  if (!entry) return;
  RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, at->Rip, entry, &context, &data, &establisher, NULL);
  const DWORD64 found[8] = {context.Rbx, context.Rbp, context.Rdi, context.Rsi,
                            context.R12, context.R13, context.R14, context.R15};
  check(context.Rip == stepped_call->return_address, "at +%u: rip", offset);
  check(context.Rsp == stepped_call->sp_before, "at +%u: rsp is off by %lld", offset,
        (long long)(context.Rsp - stepped_call->sp_before));
  check(memcmp(found, stepped_call->before, sizeof found) == 0, "at +%u: registers", offset);
  check(memcmp(&context.Xmm6, stepped_call->before + 8, 160) == 0, "at +%u: xmm", offset);
}

static LONG CALLBACK on_step(EXCEPTION_POINTERS *info) {
  if (info->ExceptionRecord->ExceptionCode != EXCEPTION_SINGLE_STEP)
    return EXCEPTION_CONTINUE_SEARCH;
  CONTEXT *context = info->ContextRecord;
  const uint64_t offset = context->Rip - (uint64_t)stepped->base;
  if (offset < stepped->size) {
    steps++;
    check_unwind(context);
  } else {
    steps_outside++;
  }
  if (context->Rip == stepped_call->return_address)
    context->EFlags &= ~0x100u;
  else
    context->EFlags |= 0x100;
  return EXCEPTION_CONTINUE_EXECUTION;
}

static void check_each_instruction(struct image *image) {
  _Alignas(16) uint64_t block[BLOCK_WORDS];
  uint32_t cell = 0;
  struct call call;
  fill_block(block, target_stub, &cell);
  fresh_call(&call, image, block);
  call.flags = 0x100; /* the trap flag */
  stepped = image;
  stepped_call = &call;
  void *handler = AddVectoredExceptionHandler(1, on_step);
  call_frame(&call);
  RemoveVectoredExceptionHandler(handler);
  printf("stepped through %u instructions of the frame, %u of others\n", steps, steps_outside);
  check(steps > 20 && steps_outside > 20, "%u and %u steps", steps, steps_outside);
}

/* A walk from the inside of the target. */
static void *walk[32];
static unsigned walk_length;

static void walking_target(void) { walk_length = CaptureStackBackTrace(0, 32, walk, NULL); }

static void check_walk(struct image *image) {
  _Alignas(16) uint64_t block[BLOCK_WORDS];
  uint32_t cell = 0;
  struct call call;
  fill_block(block, walking_target, &cell);
  fresh_call(&call, image, block);
  call_frame(&call);
  unsigned at = 0;
  while (at < walk_length && (uint64_t)walk[at] - (uint64_t)image->base >= image->size) at++;
  check(at + 2 < walk_length, "the walk of %u frames did not pass the frame", walk_length);
  check(at + 1 < walk_length && (uint64_t)walk[at + 1] == call.return_address,
        "the walk did not reach the caller");
}

/* An exception raised in the target, caught by the caller of the frame. */
enum { RAISED = 0xE0001234 };
int guarded_call(void *routine, uint64_t *block);
extern char guarded_resume[];

EXCEPTION_DISPOSITION guard_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                    DISPATCHER_CONTEXT *dispatcher) {
  if (record->ExceptionCode == (DWORD)RAISED && !(record->ExceptionFlags & EXCEPTION_UNWIND))
    RtlUnwindEx(frame, guarded_resume, record, NULL, context, dispatcher->HistoryTable);
  return ExceptionContinueSearch;
}

static void raising_target(void) { RaiseException((DWORD)RAISED, 0, 0, NULL); }

static void check_exception(struct image *image) {
  _Alignas(16) uint64_t block[BLOCK_WORDS];
  uint32_t cell = 0;
  fill_block(block, raising_target, &cell);
  const int outcome = guarded_call(image->base + image->entry, block);
  check(outcome == 1, "the exception's outcome is %d", outcome);
}

void check_system(struct image *image) {
  check_real_targets(image);
  check_walk(image);
  check_each_instruction(image);
  check_exception(image);
}
