// Threads that wait for work, each with its file: what Workers are measured beside.

#include <windows.h>

#define MOST_THREADS 16
#define WRITES 1
#define POSITIONAL 2
#define END -1

int requests(const HANDLE *files, int among, char *memory, int views, DWORD length, int kind, int offsets, int first, int count);

static struct {
  HANDLE thread, go, done, file;
  char *bytes;
  DWORD length;
  int first, asked, made;
} crew[MOST_THREADS];
static int crew_size;

static DWORD WINAPI work(void *parameter) {
  int me = (int)(size_t)parameter;
  for (;;) {
    WaitForSingleObject(crew[me].go, INFINITE);
    int asked = crew[me].asked, first = crew[me].first;
    if (asked == END) return 0;
    crew[me].made = requests(&crew[me].file, 1, crew[me].bytes, 1, crew[me].length, WRITES | POSITIONAL, first + asked, first, asked);
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
__declspec(dllexport) int crew_end(void) {
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

// Starts a thread for each file, with its piece of the memory. Each writes so many requests behind the one before. Returns how many.
__declspec(dllexport) int crew_begin(const HANDLE *files, char *memory, DWORD length, int apart, int count) {
  for (crew_size = 0; crew_size < count && crew_size < MOST_THREADS; crew_size++) {
    int me = crew_size;
    crew[me].file = files[me];
    crew[me].bytes = memory + (size_t)me * length;
    crew[me].length = length;
    crew[me].first = me * apart;
    crew[me].go = CreateEventW(NULL, FALSE, FALSE, NULL);
    crew[me].done = CreateEventW(NULL, FALSE, FALSE, NULL);
    crew[me].thread = CreateThread(NULL, 0, work, (void *)(size_t)me, 0, NULL);
    if (crew[me].thread == NULL) break;
  }
  return crew_size;
}

// Has each thread make so many requests. Returns how many each has made.
__declspec(dllexport) int crew_run(int count) {
  HANDLE done[MOST_THREADS];
  for (int i = 0; i < crew_size; i++) done[i] = crew[i].done;
  ask(count);
  WaitForMultipleObjects(crew_size, done, TRUE, INFINITE);
  for (int i = 0; i < crew_size; i++) {
    if (crew[i].made != count) return crew[i].made;
  }
  return count;
}
