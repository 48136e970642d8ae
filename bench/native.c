// The limit: the same loop in C. As a library, so that it runs between the rounds of the others, in the same process, on the same
// file and the same memory.

#include <windows.h>

#define WRITES 1
#define POSITIONAL 2

// Makes so many transfers one after the other. Returns how many were made.
__declspec(dllexport) int transfer(HANDLE file, void *bytes, DWORD length, int kind, int count) {
  DWORD done;
  OVERLAPPED overlapped = {0};
  for (int i = 0; i < count; i++) {
    OVERLAPPED *where = NULL;
    if (kind & POSITIONAL) {
      overlapped.Offset = (DWORD)i * length;
      where = &overlapped;
    }
    BOOL ok = kind & WRITES ? WriteFile(file, bytes, length, &done, where) : ReadFile(file, bytes, length, &done, where);
    if (!ok || done != length) return i;
  }
  return count;
}
