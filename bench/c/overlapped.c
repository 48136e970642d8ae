// The limit of overlapped I/O: the same operations in C, at the same depth, with the same flags, in the same process.

#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#define WRITES 1

// A completion port, and as many operations as may be in flight.
typedef struct {
  HANDLE port;
  OVERLAPPED *slots;
  OVERLAPPED **idle;
  OVERLAPPED_ENTRY *entries;
} Flight;

__declspec(dllexport) int flight_end(Flight *flight) {
  if (flight->port != NULL) CloseHandle(flight->port);
  free(flight->slots);
  free(flight->idle);
  free(flight->entries);
  memset(flight, 0, sizeof *flight);
  return 1;
}

// Makes one for files opened with FILE_FLAG_OVERLAPPED, as the module prepares its own. Returns whether that went well.
__declspec(dllexport) int flight_begin(Flight *flight, const HANDLE *files, int count, int depth) {
  flight->port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  flight->slots = calloc(depth, sizeof *flight->slots);
  flight->idle = calloc(depth, sizeof *flight->idle);
  flight->entries = calloc(depth, sizeof *flight->entries);
  BOOL ok = flight->port && flight->slots && flight->idle && flight->entries;
  for (int i = 0; ok && i < count; i++) {
    ok = CreateIoCompletionPort(files[i], flight->port, 0, 0) != NULL &&
         SetFileCompletionNotificationModes(files[i],
                                            FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE);
  }
  if (!ok) flight_end(flight);
  return ok;
}

static BOOL begin(HANDLE file, char *bytes, FILE_SEGMENT_ELEMENT *segments, DWORD length, int kind, OVERLAPPED *slot) {
  if (segments && kind & WRITES) return WriteFileGather(file, segments, length, NULL, slot);
  if (segments) return ReadFileScatter(file, segments, length, NULL, slot);
  return kind & WRITES ? WriteFile(file, bytes, length, NULL, slot) : ReadFile(file, bytes, length, NULL, slot);
}

// Performs operations from `first` on, `depth` at a time. Each slot has its piece of the memory, or its segments if they are given; files
// take turns, and so do the offsets of each. Returns how many were performed in full.
__declspec(dllexport) int flight(Flight *flight, const HANDLE *files, int among, char *memory, FILE_SEGMENT_ELEMENT *segments,
                                 int segments_each, DWORD length, int kind, int depth, int offsets, int first, int count) {
  int idle_count = 0, started = 0, done = 0;
  while (idle_count < depth) {
    flight->idle[idle_count] = &flight->slots[depth - 1 - idle_count];
    idle_count++;
  }
  while (done < count) {
    while (idle_count > 0 && started < count) {
      OVERLAPPED *slot = flight->idle[--idle_count];
      int index = (int)(slot - flight->slots), next = first + started++;
      unsigned long long at = (unsigned long long)(next / among % offsets) * length;
      memset(slot, 0, sizeof *slot);
      slot->Offset = (DWORD)at;
      slot->OffsetHigh = (DWORD)(at >> 32);
      if (begin(files[(depth == 1 ? next : index) % among], memory + (size_t)index * length,
                segments ? segments + (size_t)index * segments_each : NULL, length, kind, slot)) {
        if (slot->InternalHigh != length) return done;
        done++;
        flight->idle[idle_count++] = slot;
      } else if (GetLastError() != ERROR_IO_PENDING) {
        return done;
      }
    }
    if (done == count) break;
    // No more than there can be: under Wine, looking for a packet that is not there costs as much as taking one.
    ULONG removed = 0;
    if (!GetQueuedCompletionStatusEx(flight->port, flight->entries, started - done, &removed, INFINITE, FALSE)) return done;
    for (ULONG i = 0; i < removed; i++) {
      OVERLAPPED *slot = flight->entries[i].lpOverlapped;
      if (slot->Internal != 0 || flight->entries[i].dwNumberOfBytesTransferred != length) return done;
      done++;
      flight->idle[idle_count++] = slot;
    }
  }
  return done;
}
