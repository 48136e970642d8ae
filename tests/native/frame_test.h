/* What the parts of the capture frame's execution test share. The assembly
   files reach the structures by the offsets written beside the fields. */
#ifndef FRAME_TEST_H
#define FRAME_TEST_H

#include <stdint.h>
#include <stddef.h>

/* Nonvolatile registers in the order of the assembly files, in 64-bit words:
   x64   rbx rbp rdi rsi r12-r15, then xmm6-xmm15 of two words each;
   arm64 x19-x29, then the low halves of v8-v15. */
#if defined(__x86_64__)
enum { NONVOLATILE_WORDS = 8 + 20 };
#elif defined(__aarch64__)
enum { NONVOLATILE_WORDS = 11 + 8 };
#endif

/* One call of the frame, made by call_frame(). */
struct call {
  uint64_t routine;                    /*   0 */
  uint64_t context;                    /*   8 */
  uint64_t key;                        /*  16 */
  uint64_t block;                      /*  24 */
  uint64_t returned;                   /*  32 */
  uint64_t sp_before;                  /*  40 */
  uint64_t sp_after;                   /*  48 */
  uint64_t return_address;             /*  56 */
  uint64_t teb;                        /*  64: arm64: what x18 shall hold */
  uint64_t flags;                      /*  72: x64: bits to set in RFLAGS */
  uint64_t teb_after;                  /*  80: arm64: what x18 held in the end */
  uint64_t unused;                     /*  88 */
  uint64_t before[NONVOLATILE_WORDS];  /*  96 */
  uint64_t after[NONVOLATILE_WORDS];   /*  96 + 8 * NONVOLATILE_WORDS */
};

/* What target_stub() saw, and what it shall do. */
struct stub {
  uint64_t argument[9];   /*   0 */
  uint64_t sp;            /*  72 */
  uint64_t last_error;    /*  80 */
  uint64_t teb;           /*  88: arm64: x18 */
  uint64_t chain[2];      /*  96: arm64: the frame record that x29 points to */
  uint64_t set_error;     /* 112 */
  uint64_t result;        /* 120 */
};

extern struct stub stub;

/* Sets every nonvolatile register to call->before, fills the volatile ones,
   calls the routine and stores the registers in call->after. */
void call_frame(struct call *call);

/* Records its arguments in `stub`, writes over every volatile register and
   over its own argument area, sets the last error and returns stub.result. */
void target_stub(void);

/* The image of the frame, in executable memory. */
struct image {
  uint8_t *base;
  size_t size;
  uint32_t entry, function_table, function_count;
};

/* Of the system: memory for the image, and the thread's last error. */
void map_image(struct image *image, const uint8_t *bytes);
uint32_t *last_error(void);

/* Of the system: the checks of the unwind data and of real targets. */
void check_system(struct image *image);

/* Counts a check; prints it when it fails. */
void check(int holds, const char *format, ...)
#if defined(__MINGW32__)
    __attribute__((format(gnu_printf, 2, 3)));
#else
    __attribute__((format(printf, 2, 3)));
#endif

/* Gives `call` new register values that no other call has. */
void fresh_call(struct call *call, const struct image *image, uint64_t *block);

/* The block's words, as ffi/capture/block.ts has them. */
enum {
  WORD_TARGET = 0, WORD_CELL = 1, WORD_DESTINATIONS = 2, WORD_RESULT = 3,
  WORD_ARGUMENTS = 4, WORD_SCRATCH = 13, BLOCK_WORDS = 16
};

#endif
