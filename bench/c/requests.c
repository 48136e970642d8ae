// The limit of requests one after the other: the same loop in C. As a library, so that it runs between the rounds of the others, in the
// same process, on the same files and memory of the same size.

#include <windows.h>

#define WRITES 1
#define POSITIONAL 2

// Makes so many requests. Files and pieces of the memory take turns request by request, and so do `offsets` offsets of each file. Returns
// how many were made.
__declspec(dllexport) int requests(const HANDLE *files, int among, char *memory, int views, DWORD length, int kind, int offsets,
                                   int first, int count) {
  int file = first % among, view = first % views, place = first / among % offsets;
  OVERLAPPED overlapped = {0};
  OVERLAPPED *where = kind & POSITIONAL ? &overlapped : NULL;
  for (int i = 0; i < count; i++) {
    DWORD done;
    char *bytes = memory + (size_t)view * length;
    unsigned long long at = (unsigned long long)place * length;
    overlapped.Offset = (DWORD)at;
    overlapped.OffsetHigh = (DWORD)(at >> 32);
    BOOL ok = kind & WRITES ? WriteFile(files[file], bytes, length, &done, where)
                            : ReadFile(files[file], bytes, length, &done, where);
    if (!ok || done != length) return i;
    if (++view == views) view = 0;
    if (++file == among) {
      file = 0;
      if (++place == offsets) place = 0;
    }
  }
  return count;
}
