// The limit of overlapped I/O: the same operations in C, at the same depth, with the same flags, in the same process.

#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <string.h>

#define MAX_DEPTH 64
#define PAGE 4096

static HANDLE port;

// Binds a handle to the library's completion port, as the module binds its own. Returns whether that went well.
__declspec(dllexport) int bind_port(HANDLE file) {
  if (port == NULL) port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  return port != NULL && CreateIoCompletionPort(file, port, 0, 0) != NULL &&
         SetFileCompletionNotificationModes(file, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE);
}

// Performs so many operations, `depth` at a time, each slot with its part of the memory; operation i at offset i * length.
// With segments, each is one call of WriteFileGather. Returns how many were performed in full.
__declspec(dllexport) int operate(HANDLE file, char *memory, DWORD length, int writes, int depth, int count,
                                  FILE_SEGMENT_ELEMENT *segments) {
  static OVERLAPPED slots[MAX_DEPTH];
  static OVERLAPPED_ENTRY entries[MAX_DEPTH];
  OVERLAPPED *idle[MAX_DEPTH];
  int idle_count = 0, started = 0, done = 0;
  if (depth > MAX_DEPTH) return 0;
  while (idle_count < depth) {
    idle[idle_count] = &slots[idle_count];
    idle_count++;
  }
  while (done < count) {
    while (idle_count > 0 && started < count) {
      OVERLAPPED *slot = idle[--idle_count];
      char *bytes = memory + (slot - slots) * length;
      memset(slot, 0, sizeof *slot);
      slot->Offset = (DWORD)started * length;
      BOOL ok = segments ? WriteFileGather(file, segments, length, NULL, slot)
                : writes ? WriteFile(file, bytes, length, NULL, slot)
                         : ReadFile(file, bytes, length, NULL, slot);
      started++;
      if (ok) {
        if (slot->InternalHigh != length) return done;
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
      if (entries[i].lpOverlapped->Internal != 0 || entries[i].dwNumberOfBytesTransferred != length) return done;
      done++;
      idle[idle_count++] = entries[i].lpOverlapped;
    }
  }
  return done;
}

// The CPU time of the process so far, in units of 100 ns.
__declspec(dllexport) int cpu_time(unsigned long long *sum) {
  FILETIME created, ended, kernel, user;
  if (!GetProcessTimes(GetCurrentProcess(), &created, &ended, &kernel, &user)) return 0;
  *sum = ((unsigned long long)kernel.dwHighDateTime << 32 | kernel.dwLowDateTime) +
         ((unsigned long long)user.dwHighDateTime << 32 | user.dwLowDateTime);
  return 1;
}
