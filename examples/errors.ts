// Distinguishes failures: by their Win32 names, or by the codes that errors of
// node:fs have. Fills a file with up to 16 MiB in the folder that it is given, and
// deletes it again.
//
//   deno run --allow-ffi examples/errors.ts [FOLDER]
//   bun examples/errors.ts [FOLDER]

import process from "node:process";
import { openSync, Win32Error } from "@kernel32/io";

const folder = process.argv[2] ?? ".";
const path = `${folder}\\errors.tmp`;

// Another handle has the file: by symbol, as in the manual.
{
  using _owner = openSync(path, {
    write: true,
    create: true,
    share: [],
    deleteOnClose: true,
  });
  try {
    openSync(path).close();
  } catch (error) {
    if (!(error instanceof Win32Error)) throw error;
    switch (error.symbol) {
      case "ERROR_SHARING_VIOLATION":
        console.log("The file is in use:", error.syscall, error.win32);
        break;
      case "ERROR_FILE_NOT_FOUND":
        console.log("There is no such file.");
        break;
      default:
        throw error;
    }
  }
}

// The disk is full: by code, as with node:fs. What had been written stays written.
{
  using file = openSync(path, {
    write: true,
    create: true,
    truncate: true,
    deleteOnClose: true,
  });
  const part = new Uint8Array(1 << 20);
  let size = 0;
  try {
    while (size < 16 << 20) size += file.write(part);
    console.log(size, "bytes written, and there is room for more");
  } catch (error) {
    if (!(error instanceof Win32Error) || error.code !== "ENOSPC") throw error;
    size += error.bytesTransferred ?? 0;
    console.log("The disk is full:", error.symbol);
    console.log("What was written is there:", size === file.size());
  }
}

// A mistake in the call is no Win32Error: nothing has been asked of the system.
try {
  openSync(path, { read: true, truncate: true });
} catch (error) {
  console.log(error instanceof TypeError, (error as Error).message);
}
