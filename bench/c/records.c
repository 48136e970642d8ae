// The limit of typed records: the same structure, packed into a buffer of the same size.

#include <windows.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  uint32_t id;
  uint16_t kind;
  uint16_t flags;
  double price;
  double volume;
  float bid;
  float ask;
} Record;

// Writes so many records. Returns how many were written.
__declspec(dllexport) int records_write(HANDLE file, char *buffer, DWORD size, int count) {
  DWORD fill = 0, done;
  for (int i = 0; i < count; i++) {
    Record record = {(uint32_t)i, (uint16_t)(i & 7), 1, i * 0.5, 100, 1.5f, 2.5f};
    memcpy(buffer + fill, &record, sizeof record);
    fill += sizeof record;
    if (fill + sizeof record > size || i == count - 1) {
      if (!WriteFile(file, buffer, fill, &done, NULL) || done != fill) return i;
      fill = 0;
    }
  }
  return count;
}

// Reads records to the end of the file. Returns the sum of their prices, or -1.
static double read_all(HANDLE file, char *buffer, DWORD size) {
  double sum = 0;
  DWORD done;
  for (;;) {
    if (!ReadFile(file, buffer, size, &done, NULL)) return -1;
    if (done == 0) return sum;
    for (DWORD at = 0; at < done; at += sizeof(Record)) {
      Record record;
      memcpy(&record, buffer + at, sizeof record);
      if (record.flags != 1) return -1;
      sum += record.price;
    }
  }
}

__declspec(dllexport) int records_read(HANDLE file, char *buffer, DWORD size, double *sum) {
  *sum = read_all(file, buffer, size);
  return *sum >= 0;
}
