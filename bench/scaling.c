// How cost grows, in C: the limit of the experiments of bench/scaling. The same calls with the same flags, in the same process.

#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#define ACCESS (GENERIC_READ | GENERIC_WRITE)
#define SHARE (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static BOOL transfer_once(HANDLE file, void *bytes, DWORD length, int writes, OVERLAPPED *where) {
  DWORD done;
  BOOL ok = writes ? WriteFile(file, bytes, length, &done, where) : ReadFile(file, bytes, length, &done, where);
  return ok && done == length;
}

static void place(OVERLAPPED *overlapped, unsigned long long offset) {
  overlapped->Offset = (DWORD)offset;
  overlapped->OffsetHigh = (DWORD)(offset >> 32);
}

// Opens existing files, whose paths follow one another in fields of MAX_PATH. Returns how many were opened.
__declspec(dllexport) int scale_open(const WCHAR *paths, HANDLE *files, DWORD flags, int count) {
  for (int i = 0; i < count; i++) {
    files[i] = CreateFileW(paths + (size_t)i * MAX_PATH, ACCESS, SHARE, NULL, OPEN_EXISTING, flags, NULL);
    if (files[i] == INVALID_HANDLE_VALUE) return i;
  }
  return count;
}

// Returns how many were closed.
__declspec(dllexport) int scale_close(const HANDLE *files, int count) {
  int closed = 0;
  for (int i = 0; i < count; i++) closed += CloseHandle(files[i]);
  return closed;
}

// From the start of a file on, request by request: at the file pointer, or at offsets. Returns how many were made.
__declspec(dllexport) int scale_through(HANDLE file, void *bytes, DWORD length, int writes, int positional, int count) {
  OVERLAPPED overlapped = {0};
  for (int i = 0; i < count; i++) {
    place(&overlapped, (unsigned long long)i * length);
    if (!transfer_once(file, bytes, length, writes, positional ? &overlapped : NULL)) return i;
  }
  return count;
}

// At the start of one file after the other, round and round. Returns how many requests were made.
__declspec(dllexport) int scale_round(const HANDLE *files, int among, void *bytes, DWORD length, int writes, int count) {
  OVERLAPPED overlapped = {0};
  for (int i = 0, next = 0; i < count; i++) {
    if (!transfer_once(files[next], bytes, length, writes, &overlapped)) return i;
    if (++next == among) next = 0;
  }
  return count;
}

// With one part of the memory after the other, at one offset after the other of those from `start` on. The first request is the one
// that has the index `first`. Returns how many were made.
__declspec(dllexport) int scale_cycle(HANDLE file, char *memory, int parts, int start, int places, DWORD length, int writes,
                                      int first, int count) {
  OVERLAPPED overlapped = {0};
  for (int i = 0, part = first % parts, at = first % places; i < count; i++) {
    place(&overlapped, (unsigned long long)(start + at) * length);
    if (!transfer_once(file, memory + (size_t)part * length, length, writes, &overlapped)) return i;
    if (++part == parts) part = 0;
    if (++at == places) at = 0;
  }
  return count;
}

// A completion port, and as many operations as may be in flight.
typedef struct {
  HANDLE port;
  int depth;
  OVERLAPPED *slots;
  OVERLAPPED **idle;
  OVERLAPPED_ENTRY *entries;
} Flight;

__declspec(dllexport) int scale_flight_end(Flight *flight) {
  if (flight->port != NULL) CloseHandle(flight->port);
  free(flight->slots);
  free(flight->idle);
  free(flight->entries);
  memset(flight, 0, sizeof *flight);
  return 1;
}

// Makes one for files opened with FILE_FLAG_OVERLAPPED, as the module prepares its own. Returns whether that went well.
__declspec(dllexport) int scale_flight_begin(Flight *flight, const HANDLE *files, int count, int depth) {
  flight->port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  flight->depth = depth;
  flight->slots = calloc(depth, sizeof *flight->slots);
  flight->idle = calloc(depth, sizeof *flight->idle);
  flight->entries = calloc(depth, sizeof *flight->entries);
  BOOL ok = flight->port && flight->slots && flight->idle && flight->entries;
  for (int i = 0; ok && i < count; i++) {
    ok = CreateIoCompletionPort(files[i], flight->port, 0, 0) != NULL &&
         SetFileCompletionNotificationModes(files[i],
                                            FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE);
  }
  if (!ok) scale_flight_end(flight);
  return ok;
}

// Performs operations with all slots in flight. Each slot has its part of the memory and one of the files; operations are at one
// offset of `places` after the other. Returns how many were performed in full.
__declspec(dllexport) int scale_flight(Flight *flight, const HANDLE *files, int among, char *memory, DWORD length,
                                       int writes, int places, int count) {
  int depth = flight->depth, idle_count = 0, started = 0, done = 0;
  while (idle_count < depth) {
    flight->idle[idle_count] = &flight->slots[depth - 1 - idle_count];
    idle_count++;
  }
  while (done < count) {
    while (idle_count > 0 && started < count) {
      OVERLAPPED *slot = flight->idle[--idle_count];
      int index = (int)(slot - flight->slots);
      char *bytes = memory + (size_t)index * length;
      memset(slot, 0, sizeof *slot);
      place(slot, (unsigned long long)(started % places) * length);
      HANDLE file = files[index % among];
      BOOL ok = writes ? WriteFile(file, bytes, length, NULL, slot) : ReadFile(file, bytes, length, NULL, slot);
      started++;
      if (ok) {
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

#define MOST_THREADS 16
#define END -1

// Threads that wait for work, each with its file.
static struct {
  HANDLE thread, go, done;
  HANDLE file;
  char *bytes;
  DWORD length;
  int writes, start, places;
  int asked, made;
} crew[MOST_THREADS];
static int crew_size;

static DWORD WINAPI work(void *parameter) {
  int me = (int)(size_t)parameter;
  for (;;) {
    WaitForSingleObject(crew[me].go, INFINITE);
    int asked = crew[me].asked;
    if (asked == END) return 0;
    crew[me].made =
        scale_cycle(crew[me].file, crew[me].bytes, 1, crew[me].start, crew[me].places, crew[me].length, crew[me].writes, 0, asked);
    SetEvent(crew[me].done);
  }
}

static void ask(int count) {
  for (int i = 0; i < crew_size; i++) {
    crew[i].asked = count;
    SetEvent(crew[i].go);
  }
}

// Ends the threads. Returns how many.
__declspec(dllexport) int scale_crew_end(void) {
  int ended = 0;
  ask(END);
  for (; ended < crew_size; ended++) {
    WaitForSingleObject(crew[ended].thread, INFINITE);
    CloseHandle(crew[ended].thread);
    CloseHandle(crew[ended].go);
    CloseHandle(crew[ended].done);
  }
  crew_size = 0;
  return ended;
}

// Starts a thread for each file, with its part of the memory. Each begins so many offsets behind the one before. Returns how many.
__declspec(dllexport) int scale_crew_begin(const HANDLE *files, char *memory, DWORD length, int writes, int apart, int places,
                                           int count) {
  for (crew_size = 0; crew_size < count && crew_size < MOST_THREADS; crew_size++) {
    int me = crew_size;
    crew[me].file = files[me];
    crew[me].bytes = memory + (size_t)me * length;
    crew[me].length = length;
    crew[me].writes = writes;
    crew[me].start = me * apart;
    crew[me].places = places;
    crew[me].go = CreateEventW(NULL, FALSE, FALSE, NULL);
    crew[me].done = CreateEventW(NULL, FALSE, FALSE, NULL);
    crew[me].thread = CreateThread(NULL, 0, work, (void *)(size_t)me, 0, NULL);
    if (crew[me].thread == NULL) break;
  }
  return crew_size;
}

// Has each thread make so many requests. Returns how many each has made.
__declspec(dllexport) int scale_crew(int count) {
  HANDLE done[MOST_THREADS];
  for (int i = 0; i < crew_size; i++) done[i] = crew[i].done;
  ask(count);
  WaitForMultipleObjects(crew_size, done, TRUE, INFINITE);
  for (int i = 0; i < crew_size; i++) {
    if (crew[i].made != count) return crew[i].made;
  }
  return count;
}
