// The limit of lines of text: bytes copied into a buffer and written, or read and looked through for line ends.

#include <windows.h>
#include <string.h>

// Writes so many of the lines that lie one after the other in memory, over and over. Returns how many were written.
__declspec(dllexport) int text_write(HANDLE file, char *buffer, DWORD size, const char *lines, const DWORD *ends,
                                     int line_count, int count) {
  DWORD fill = 0, done;
  for (int i = 0; i < count; i++) {
    int line = i % line_count;
    DWORD start = line == 0 ? 0 : ends[line - 1], length = ends[line] - start;
    if (fill + length > size) {
      if (!WriteFile(file, buffer, fill, &done, NULL) || done != fill) return i;
      fill = 0;
    }
    memcpy(buffer + fill, lines + start, length);
    fill += length;
  }
  return WriteFile(file, buffer, fill, &done, NULL) && done == fill ? count : 0;
}

// Reads lines to the end of the file. Returns how many there are, and adds up their lengths.
__declspec(dllexport) int text_read(HANDLE file, char *buffer, DWORD size, double *length) {
  int count = 0;
  DWORD done;
  *length = 0;
  while (ReadFile(file, buffer, size, &done, NULL) && done > 0) {
    char *at = buffer, *end = buffer + done, *found;
    while ((found = memchr(at, '\n', (size_t)(end - at)))) {
      count++;
      *length += (double)(found - at);
      at = found + 1;
    }
    *length += (double)(end - at);
  }
  return count;
}
