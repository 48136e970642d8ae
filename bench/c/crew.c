// Threads with a file each: what Workers are measured beside.

#include <windows.h>

#define MOST_THREADS 16
#define WRITES 1
#define POSITIONAL 2

int requests(const HANDLE *files, int among, char *memory, int views, DWORD length, int kind, int offsets, int first, int count);

typedef struct {
  HANDLE file;
  char *bytes;
  DWORD length;
  int first, count, made;
} Work;

static DWORD WINAPI work(void *parameter) {
  Work *its = parameter;
  int end = its->first + its->count;
  its->made = requests(&its->file, 1, its->bytes, 1, its->length, WRITES | POSITIONAL, end, its->first, its->count);
  return 0;
}

// Has a thread for each file make so many writes, each so many behind those of the thread before. Returns how many were made.
__declspec(dllexport) int crew(const HANDLE *files, char *memory, DWORD length, int apart, int threads, int count) {
  HANDLE handles[MOST_THREADS];
  Work its[MOST_THREADS];
  int started = 0, made = 0;
  for (; started < threads && started < MOST_THREADS; started++) {
    Work one = {files[started], memory + (size_t)started * length, length, started * apart, count, 0};
    its[started] = one;
    handles[started] = CreateThread(NULL, 0, work, &its[started], 0, NULL);
    if (handles[started] == NULL) break;
  }
  WaitForMultipleObjects(started, handles, TRUE, INFINITE);
  for (int i = 0; i < started; i++) {
    CloseHandle(handles[i]);
    made += its[i].made;
  }
  return made;
}
