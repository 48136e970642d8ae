// The limit of echoes through named pipes: a server with a thread for each client, and clients with threads of their own, in one process.

#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Echo Echo;

// Both ends of a connection.
typedef struct {
  Echo *echo;
  HANDLE server, client, server_thread, client_thread;
  char *server_memory, *client_memory;
} Connection;

struct Echo {
  DWORD length;
  int clients;
  // How many echoes a lap has yet to begin, and how many went wrong.
  volatile LONG left, failed;
  volatile BOOL ended;
  HANDLE go, done;
  Connection connections[];
};

static DWORD WINAPI serve(void *parameter) {
  Connection *own = parameter;
  DWORD count, written;
  while (ReadFile(own->server, own->server_memory, own->echo->length, &count, NULL)) {
    if (!WriteFile(own->server, own->server_memory, count, &written, NULL)) break;
  }
  return 0;
}

static BOOL ask(Connection *own) {
  DWORD length = own->echo->length, count;
  if (!WriteFile(own->client, own->client_memory, length, &count, NULL) || count != length) return FALSE;
  for (DWORD done = 0; done < length; done += count) {
    if (!ReadFile(own->client, own->client_memory + done, length - done, &count, NULL)) return FALSE;
  }
  return TRUE;
}

static void lap(Connection *own) {
  while (InterlockedDecrement(&own->echo->left) >= 0) {
    if (!ask(own)) InterlockedIncrement(&own->echo->failed);
  }
}

static DWORD WINAPI run_client(void *parameter) {
  Connection *own = parameter;
  for (;;) {
    WaitForSingleObject(own->echo->go, INFINITE);
    if (own->echo->ended) return 0;
    lap(own);
    ReleaseSemaphore(own->echo->done, 1, NULL);
  }
}

static void end_thread(HANDLE thread) {
  if (thread == NULL) return;
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
}

__declspec(dllexport) int echo_end(Echo **state) {
  Echo *echo = *state;
  echo->ended = TRUE;
  ReleaseSemaphore(echo->go, echo->clients, NULL);
  for (int i = 0; i < echo->clients; i++) {
    Connection *own = &echo->connections[i];
    end_thread(own->client_thread);
    if (own->client != INVALID_HANDLE_VALUE) CloseHandle(own->client);
    end_thread(own->server_thread);
    if (own->server != INVALID_HANDLE_VALUE) CloseHandle(own->server);
    free(own->server_memory);
    free(own->client_memory);
  }
  CloseHandle(echo->go);
  CloseHandle(echo->done);
  free(echo);
  *state = NULL;
  return 1;
}

static BOOL connect_ends(Connection *own, const char *name, int clients) {
  DWORD length = own->echo->length;
  own->server_memory = malloc(length);
  own->client_memory = calloc(1, length);
  own->server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_REJECT_REMOTE_CLIENTS, clients, 65536, 65536, 0, NULL);
  own->client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
  if (!own->server_memory || !own->client_memory || own->server == INVALID_HANDLE_VALUE ||
      own->client == INVALID_HANDLE_VALUE) {
    return FALSE;
  }
  own->server_thread = CreateThread(NULL, 0, serve, own, 0, NULL);
  // One client runs in the thread that asks for a lap.
  if (clients > 1) own->client_thread = CreateThread(NULL, 0, run_client, own, 0, NULL);
  return own->server_thread != NULL && (clients == 1 || own->client_thread != NULL);
}

// Connects so many clients with a server. Returns whether that went well.
__declspec(dllexport) int echo_begin(Echo **state, DWORD length, int clients) {
  static LONG servers;
  char name[64];
  snprintf(name, sizeof name, "\\\\.\\pipe\\echo-c-%lu-%ld", GetCurrentProcessId(), InterlockedIncrement(&servers));
  Echo *echo = *state = calloc(1, sizeof *echo + clients * sizeof(Connection));
  if (echo == NULL) return 0;
  *echo = (Echo){length, clients, .go = CreateSemaphoreW(NULL, 0, clients, NULL),
                 .done = CreateSemaphoreW(NULL, 0, clients, NULL)};
  for (int i = 0; i < clients; i++) {
    echo->connections[i] = (Connection){echo, INVALID_HANDLE_VALUE, INVALID_HANDLE_VALUE};
  }
  for (int i = 0; i < clients; i++) {
    if (connect_ends(&echo->connections[i], name, clients)) continue;
    echo_end(state);
    return 0;
  }
  return 1;
}

// Has the clients send so many requests between them, each when it has the whole answer to its last. Returns how many were answered.
__declspec(dllexport) int echo(Echo **state, int count) {
  Echo *echo = *state;
  echo->left = count;
  echo->failed = 0;
  if (echo->clients == 1) {
    lap(&echo->connections[0]);
  } else {
    ReleaseSemaphore(echo->go, echo->clients, NULL);
    for (int i = 0; i < echo->clients; i++) WaitForSingleObject(echo->done, INFINITE);
  }
  return count - echo->failed;
}
