import { chmodSync, writeFileSync } from "node:fs";
import { INVALID_HANDLE_VALUE, kernel32 } from "../../mod.ts";
import { OVERLAPPED } from "../../src/structs.ts";
import { tempFolder } from "./temp_folder.ts";

// Rules that Windows enforces and Wine does not, or not for root. Tests of what follows from a rule are skipped where it
// is not enforced; the question is put to the system itself, not to the code under test.

const GENERIC_READ = 0x8000_0000;
const GENERIC_WRITE = 0x4000_0000;
const OPEN_EXISTING = 3;
const LOCKFILE_EXCLUSIVE_LOCK = 2;

/** Whether the attribute "read-only" keeps a file from being opened for writing. */
export function readOnlyIsEnforced(): boolean {
  using folder = tempFolder();
  const path = folder.file("a");
  writeFileSync(path, "");
  chmodSync(path, 0o444);
  const handle = open(path, GENERIC_WRITE);
  const refused = handle === INVALID_HANDLE_VALUE;
  if (!refused) kernel32.CloseHandle(handle);
  chmodSync(path, 0o666);
  return refused;
}

/** Whether a lock keeps others from reading and writing, and not only from locking. */
export function locksAreEnforced(): boolean {
  using folder = tempFolder();
  const path = folder.file("a");
  writeFileSync(path, "locked");
  const owner = open(path, GENERIC_READ);
  const other = open(path, GENERIC_READ);
  kernel32.LockFileEx(
    owner,
    LOCKFILE_EXCLUSIVE_LOCK,
    0,
    6,
    0,
    OVERLAPPED.create(),
  );
  const read = kernel32.ReadFile(
    other,
    new Uint8Array(6),
    6,
    new Uint32Array(1),
    null,
  );
  kernel32.CloseHandle(owner);
  kernel32.CloseHandle(other);
  return !read;
}

function open(
  path: string,
  access: number,
): ReturnType<typeof kernel32.CreateFileW> {
  return kernel32.CreateFileW(path, access, 7, null, OPEN_EXISTING, 0, null);
}
