// The limit of overlapped I/O: the same operations in C, at the same depth, with the same flags, in the same process.

#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <string.h>

#define MAX_DEPTH 64
#define WRITES 1

static HANDLE port;

// Binds a handle to the library's completion port, as the module binds its own. Returns whether that went well.
__declspec(dllexport) int bind_port(HANDLE file) {
  if (port == NULL) port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  return port != NULL && CreateIoCompletionPort(file, port, 0, 0) != NULL &&
         SetFileCompletionNotificationModes(file, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE);
}

static double ticks(void) {
  LARGE_INTEGER now;
  QueryPerformanceCounter(&now);
  return (double)now.QuadPart;
}

// Performs operations from `first` on, `depth` at a time, each slot with its part of the memory; operation i at offset i * length.
// With segments, each is one gather or scatter. With times, notes what each took, in ns. Returns how many were performed in full.
__declspec(dllexport) int operate(HANDLE file, char *memory, DWORD length, int kind, int depth, int first, int count,
                                  FILE_SEGMENT_ELEMENT *segments, double *times) {
  static OVERLAPPED slots[MAX_DEPTH];
  static OVERLAPPED_ENTRY entries[MAX_DEPTH];
  double began[MAX_DEPTH], unit = 0;
  OVERLAPPED *idle[MAX_DEPTH];
  int idle_count = 0, started = 0, done = 0;
  if (depth > MAX_DEPTH) return 0;
  if (times) {
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    unit = 1e9 / (double)frequency.QuadPart;
  }
  while (idle_count < depth) {
    idle[idle_count] = &slots[idle_count];
    idle_count++;
  }
  while (done < count) {
    while (idle_count > 0 && started < count) {
      OVERLAPPED *slot = idle[--idle_count];
      char *bytes = memory + (slot - slots) * (size_t)length;
      unsigned long long at = (unsigned long long)(first + started) * length;
      memset(slot, 0, sizeof *slot);
      slot->Offset = (DWORD)at;
      slot->OffsetHigh = (DWORD)(at >> 32);
      if (times) began[slot - slots] = ticks();
      BOOL ok = segments ? (kind & WRITES ? WriteFileGather(file, segments, length, NULL, slot)
                                          : ReadFileScatter(file, segments, length, NULL, slot))
                : kind & WRITES ? WriteFile(file, bytes, length, NULL, slot)
                                : ReadFile(file, bytes, length, NULL, slot);
      started++;
      if (ok) {
        if (slot->InternalHigh != length) return done;
        if (times) times[done] = (ticks() - began[slot - slots]) * unit;
        done++;
        idle[idle_count++] = slot;
      } else if (GetLastError() != ERROR_IO_PENDING) {
        return done;
      }
    }
    if (done == count) break;
    // No more than there can be: under Wine, looking for a packet that is not there costs as much as taking one.
    ULONG removed = 0;
    if (!GetQueuedCompletionStatusEx(port, entries, depth - idle_count, &removed, INFINITE, FALSE)) return done;
    for (ULONG i = 0; i < removed; i++) {
      OVERLAPPED *slot = entries[i].lpOverlapped;
      if (slot->Internal != 0 || entries[i].dwNumberOfBytesTransferred != length) return done;
      if (times) times[done] = (ticks() - began[slot - slots]) * unit;
      done++;
      idle[idle_count++] = slot;
    }
  }
  return done;
}
