// Rules of Windows: programs against the raw layer that run unchanged on the strict kernel, under Wine and on Windows.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isWine } from "../../ffi/ntdll.ts";
import { AlignedBuffer, INVALID_HANDLE_VALUE } from "../../mod.ts";
import {
  FILE_SHARE_DELETE,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
  GENERIC_WRITE,
  getLastWin32Error,
  type Handle,
  kernel32,
  OPEN_ALWAYS,
} from "../../src/raw.ts";
import { onWindows } from "./runtime.ts";
import { strictKernel } from "./strict_kernel/mod.ts";
import { removeFolder } from "./temp_folder.ts";

/** Shares everything. */
export const SHARE_ALL: number = FILE_SHARE_READ | FILE_SHARE_WRITE |
  FILE_SHARE_DELETE;

/** How a file is opened; for reading and writing, and made if it is not there, if nothing else is said. */
export interface RuleOpening {
  readonly access?: number;
  readonly share?: number;
  readonly disposition?: number;
  readonly flags?: number;
}

/** The system that a rule is put to. */
export class RuleSystem implements Disposable {
  readonly name: "strict kernel" | "Wine" | "Windows";
  readonly #folder: string;
  readonly #opened: Handle[] = [];

  constructor() {
    this.name = !onWindows ? "strict kernel" : isWine() ? "Wine" : "Windows";
    this.#folder = onWindows
      ? mkdtempSync(join(tmpdir(), "kernel32-io-"))
      : "C:";
  }

  /** The path of a file in a folder that is empty at first. */
  file(name: string): string {
    return `${this.#folder}\\${name}`;
  }

  /** What is to be expected: the first where the system is Wine, which differs here, else the second. */
  differsUnderWine<T>(_why: string, there: T, elsewhere: T): T {
    return this.name === "Wine" ? there : elsewhere;
  }

  /** Opens a file. Returns INVALID_HANDLE_VALUE if it is refused. */
  tryOpen(path: string, opening: RuleOpening = {}): Handle {
    const {
      access = GENERIC_READ | GENERIC_WRITE,
      share = SHARE_ALL,
      disposition = OPEN_ALWAYS,
      flags = 0,
    } = opening;
    const handle = kernel32.CreateFileW(
      path,
      access,
      share,
      null,
      disposition,
      flags,
      null,
    );
    if (handle !== INVALID_HANDLE_VALUE) this.#opened.push(handle);
    return handle;
  }

  /** Opens a file that must open. */
  open(path: string, opening?: RuleOpening): Handle {
    const handle = this.tryOpen(path, opening);
    if (handle === INVALID_HANDLE_VALUE) {
      throw new Error(`CreateFileW failed: ${getLastWin32Error()}`);
    }
    return handle;
  }

  /** The code that opening a file fails with; 0 if it succeeds, and then it is closed again. */
  openCode(path: string, opening?: RuleOpening): number {
    const handle = this.tryOpen(path, opening);
    if (handle === INVALID_HANDLE_VALUE) return getLastWin32Error();
    this.close(handle);
    return 0;
  }

  /** Has a handle closed at the end. */
  adopt(handle: Handle): Handle {
    this.#opened.push(handle);
    return handle;
  }

  /** Closes a handle before the end. */
  close(handle: Handle): void {
    this.#opened.splice(this.#opened.indexOf(handle), 1);
    kernel32.CloseHandle(handle);
  }

  [Symbol.dispose](): void {
    for (const handle of this.#opened.splice(0)) kernel32.CloseHandle(handle);
    if (onWindows) removeFolder(this.#folder);
  }
}

/** Registers a rule. On the strict kernel it fails, too, if the program does what Windows leaves undefined. */
export function rule(
  name: string,
  run: (system: RuleSystem) => void,
  { skip = false }: { skip?: boolean } = {},
): void {
  test(name, { skip }, () => {
    const kernel = onWindows ? undefined : strictKernel();
    kernel?.reset(1);
    {
      using system = new RuleSystem();
      run(system);
    }
    kernel?.verify();
  });
}

/** The code of a call that returns a BOOL: 0 if it succeeded. */
export function codeOf(succeeded: boolean): number {
  return succeeded ? 0 : getLastWin32Error();
}

/** An OVERLAPPED in native memory. */
export class RuleOverlapped {
  readonly #memory = new AlignedBuffer(64);
  readonly #view = new DataView(this.#memory.bytes.buffer);

  constructor(offset: number | bigint = 0) {
    this.at(offset);
  }

  get address(): bigint {
    return this.#memory.address;
  }

  /** Zeroes it but for the offset. */
  at(offset: number | bigint): this {
    this.#memory.bytes.fill(0);
    this.#view.setBigUint64(16, BigInt.asUintN(64, BigInt(offset)), true);
    return this;
  }

  /** Internal: the NTSTATUS. */
  get status(): number {
    return this.#view.getUint32(0, true);
  }

  /** InternalHigh: the count. */
  get count(): number {
    return this.#view.getUint32(8, true);
  }
}

/** Reads. Returns the code, and the count. */
export function read(
  file: Handle,
  buffer: ArrayBufferView,
  overlapped: RuleOverlapped | null = null,
): [code: number, count: number] {
  const count = new Uint32Array(1);
  const code = codeOf(
    kernel32.ReadFile(
      file,
      buffer,
      buffer.byteLength,
      count,
      overlapped?.address ?? null,
    ),
  );
  return [code, count[0]!];
}

/** Writes. Returns the code, and the count. */
export function write(
  file: Handle,
  buffer: ArrayBufferView,
  overlapped: RuleOverlapped | null = null,
): [code: number, count: number] {
  const count = new Uint32Array(1);
  const code = codeOf(
    kernel32.WriteFile(
      file,
      buffer,
      buffer.byteLength,
      count,
      overlapped?.address ?? null,
    ),
  );
  return [code, count[0]!];
}

/** Waits for an operation. Returns its code and its count. */
export function result(
  file: Handle,
  overlapped: RuleOverlapped,
  wait = true,
): [code: number, count: number] {
  const count = new Uint32Array(1);
  return [
    codeOf(kernel32.GetOverlappedResult(file, overlapped.address, count, wait)),
    count[0]!,
  ];
}

/** Where the file pointer is. */
export function position(file: Handle): number {
  const at = new BigInt64Array(1);
  kernel32.SetFilePointerEx(file, 0n, at, 1);
  return Number(at[0]);
}

/** The size of a file. */
export function size(file: Handle): number {
  const size = new BigInt64Array(1);
  kernel32.GetFileSizeEx(file, size);
  return Number(size[0]);
}

/** Sets a size by a class of information. Returns the code. */
export function setSize(
  file: Handle,
  informationClass: number,
  size: number,
): number {
  return codeOf(
    kernel32.SetFileInformationByHandle(
      file,
      informationClass,
      BigInt64Array.of(BigInt(size)),
      8,
    ),
  );
}
