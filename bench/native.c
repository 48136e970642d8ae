// The limit of transfers one after the other: the same loop in C. As a library, so that it runs between the rounds of the others, in the
// same process, on the same file and the same memory.

#include <windows.h>

#define WRITES 1
#define POSITIONAL 2

static BOOL move(HANDLE file, void *bytes, DWORD length, int kind, long long index) {
  DWORD done;
  OVERLAPPED overlapped = {0};
  OVERLAPPED *where = NULL;
  if (kind & POSITIONAL) {
    unsigned long long at = (unsigned long long)index * length;
    overlapped.Offset = (DWORD)at;
    overlapped.OffsetHigh = (DWORD)(at >> 32);
    where = &overlapped;
  }
  BOOL ok = kind & WRITES ? WriteFile(file, bytes, length, &done, where) : ReadFile(file, bytes, length, &done, where);
  return ok && done == length;
}

// Makes so many transfers one after the other. Returns how many were made.
__declspec(dllexport) int transfer(HANDLE file, void *bytes, DWORD length, int kind, int first, int count) {
  for (int i = 0; i < count; i++) {
    if (!move(file, bytes, length, kind, first + i)) return i;
  }
  return count;
}

// The same, and notes what each took, in ns.
__declspec(dllexport) int transfer_timed(HANDLE file, void *bytes, DWORD length, int kind, int first, int count,
                                         double *times) {
  LARGE_INTEGER frequency, before, after;
  QueryPerformanceFrequency(&frequency);
  for (int i = 0; i < count; i++) {
    QueryPerformanceCounter(&before);
    if (!move(file, bytes, length, kind, first + i)) return i;
    QueryPerformanceCounter(&after);
    times[i] = (double)(after.QuadPart - before.QuadPart) * 1e9 / (double)frequency.QuadPart;
  }
  return count;
}
