/**
 * Executes the machine code, the capture frame and the transfers: for x64 as a Windows program, for arm64 as a Linux program under qemu. The
 * programs' own checks are in tests/native/frame_*.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Architecture } from "../../ffi/backend.ts";
import { codeImage, transferBlockAt } from "../../ffi/code_image.ts";
import { provision, type Windows } from "../../tools/windows/mod.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const NATIVE = join(REPOSITORY, "tests", "native");

const PASSED = /^[1-9]\d{3,} checks, 0 failed\s*$/m;

const NOT_X64 = process.arch === "x64" ? false : "the program is for x64";
const NOT_LINUX = process.platform === "linux"
  ? false
  : "qemu-user is for Linux";

test(
  "the x64 routines keep arguments, result, last error, registers and unwinding on Windows",
  {
    skip: NOT_X64,
  },
  () =>
    inFolder(async (windows, folder) => {
      const program = join(folder, "frame_test.exe");
      await windows.compile(
        sources("frame_windows.c", "frame_x64.S"),
        program,
        await flags(),
      );
      const { code, stdout } = await windows.run(
        program,
        await imageFile("x64", folder),
        {
          cwd: folder,
          stdout: "pipe",
          timeout: 60_000,
        },
      );
      assertMatch(stdout, PASSED);
      assertMatch(stdout, /^stepped through 141 instructions$/m);
      assertEquals(code, 0);
    }),
);

test(
  "the arm64 routines keep arguments, result, last error, registers and unwinding",
  {
    skip: NOT_LINUX,
  },
  () =>
    inFolder(async (windows, folder) => {
      const program = join(folder, "frame_test");
      await windows.compileArm64Linux(
        sources("frame_linux.c", "frame_arm64.S"),
        program,
        await flags(),
      );
      const [file = "", ...rest] = await imageFile("arm64", folder);
      const stdout = await windows.runArm64Linux(program, [
        join(folder, file),
        ...rest,
      ]);
      assertMatch(stdout, PASSED);
      assertMatch(stdout, /^unwound from 136 instructions$/m);
    }),
);

test(
  "the routines' bytes are what an assembler makes of the comments beside them",
  {
    skip: NOT_LINUX,
  },
  () =>
    inFolder(async (windows, folder) => {
      const texts = await Promise.all(
        ["frame_code.ts", "transfer_code.ts"].map((name) =>
          readFile(join(REPOSITORY, "ffi", name), "utf8")
        ),
      );
      const text = texts.join("");
      const source = {
        x64: join(folder, "x64.S"),
        arm64: join(folder, "arm64.S"),
      };
      const object = {
        x64: join(folder, "x64.o"),
        arm64: join(folder, "arm64.o"),
      };
      await writeFile(
        source.x64,
        `.intel_syntax noprefix\n${comments(text, /"(?:[0-9A-F]{2} ?)+"/)}`,
      );
      await writeFile(source.arm64, comments(text, /0x[0-9a-f]{8}/));
      await windows.compile([source.x64], object.x64, ["-c"]);
      await windows.compileArm64Linux([source.arm64], object.arm64, [
        "-c",
        "-march=armv8.5-a",
      ]);
      for (const arch of ["x64", "arm64"] as const) {
        const bytes = await readFile(object[arch]);
        for (const code of codesOf(arch)) {
          assert(bytes.includes(code), `${arch}: the bytes differ`);
        }
      }
    }),
);

/** Gives `use` a folder for programs, which goes afterwards. */
async function inFolder(
  use: (windows: Windows, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kernel32-io-frame-"));
  try {
    await use(await provision(), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sources(...files: string[]): string[] {
  return ["frame_test.c", ...files].map((file) => join(NATIVE, file));
}

/** Names the header's content to the compiler's cache, which knows the sources and the flags. */
async function flags(): Promise<string[]> {
  const header = await readFile(join(NATIVE, "frame_test.h"));
  const hash = createHash("sha256").update(header).digest("hex");
  return [`-DHEADER_${hash}`];
}

/** Writes the image and returns the program's arguments. */
async function imageFile(
  arch: Architecture,
  folder: string,
): Promise<string[]> {
  const { bytes, frame, transfers, functionTable, functionCount } = codeImage(
    arch,
  );
  await writeFile(join(folder, "image.bin"), bytes);
  const numbers = [
    ...[frame, functionTable, functionCount],
    ...transfers.flatMap((at, i) => [at, transferBlockAt(i)]),
  ];
  return ["image.bin", ...numbers.map(String)];
}

/** The code of each routine as it is written down: a transfer's distance to its block is not. */
function codesOf(arch: Architecture): Uint8Array[] {
  const { bytes, frame, transfers, functionTable } = codeImage(arch);
  const view = new DataView(bytes.buffer);
  return [frame, ...transfers].map((start, i) => {
    const [, second] = [0, 4].map((at) =>
      view.getUint32(functionTable + i * (arch === "x64" ? 12 : 8) + at, true)
    );
    const end = arch === "x64"
      ? second!
      : start + 4 * (view.getUint32(second!, true) & 0x3ffff);
    if (start !== frame && arch === "x64") view.setInt32(start + 8, 0, true);
    if (start !== frame && arch === "arm64") {
      view.setUint32(
        start + 16,
        view.getUint32(start + 16, true) & 0x1f | 0x10000000,
        true,
      );
    }
    return bytes.subarray(start, end);
  });
}

/** The comments of the lines that begin with an instruction's bytes. */
function comments(text: string, bytes: RegExp): string {
  const line = new RegExp(`^  ${bytes.source}, // (.*)$`, "gm");
  return [...text.matchAll(line)].map((match) => `${match[1]}\n`).join("");
}
