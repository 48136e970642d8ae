/**
 * Executes the capture routine's machine code: for x64 as a Windows program, for arm64 as a Linux program under qemu. The
 * programs' own checks are in tests/native/frame_*.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Architecture } from "../../ffi/backend.ts";
import { codeImage } from "../../ffi/capture/image.ts";
import { provision, type Windows } from "../../tools/windows/mod.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { LONGEST_RUN } from "./runtimes.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const NATIVE = join(REPOSITORY, "tests", "native");

const PASSED = /^[1-9]\d{3,} checks, 0 failed\s*$/m;

const NOT_X64 = process.arch === "x64" ? false : "the program is for x64";
const NOT_LINUX = process.platform === "linux"
  ? false
  : "qemu-user is for Linux";

test(
  "the x64 routine keeps arguments, result, last error, registers and unwinding on Windows",
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
          timeout: LONGEST_RUN,
        },
      );
      assertMatch(stdout, PASSED);
      assertMatch(stdout, /^stepped through 33 instructions of the frame/m);
      assertEquals(code, 0);
    }),
);

test(
  "the arm64 routine keeps arguments, result, last error, registers and unwinding",
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
      assertMatch(stdout, /^unwound from 28 instructions of the frame/m);
    }),
);

test(
  "the routine's bytes are what an assembler makes of the comments beside them",
  {
    skip: NOT_LINUX,
  },
  () =>
    inFolder(async (windows, folder) => {
      const [x64, arm64] = await Promise.all(
        ["x64.ts", "arm64.ts"].map((name) =>
          readFile(join(REPOSITORY, "ffi", "capture", name), "utf8")
        ),
      );
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
        `.intel_syntax noprefix\n${comments(x64!, /"(?:[0-9A-F]{2} ?)+"/)}`,
      );
      await writeFile(source.arm64, comments(arm64!, /0x[0-9a-f]{8}/));
      await windows.compile([source.x64], object.x64, ["-c"]);
      await windows.compileArm64Linux([source.arm64], object.arm64, [
        "-c",
        "-march=armv8.5-a",
      ]);
      for (const arch of ["x64", "arm64"] as const) {
        const code = codeOf(arch);
        assert(
          (await readFile(object[arch])).includes(code),
          `${arch}: the bytes differ`,
        );
      }
    }),
);

/** Gives `use` a folder for programs, which goes afterwards. */
async function inFolder(
  use: (windows: Windows, folder: string) => Promise<void>,
): Promise<void> {
  using folder = tempFolder();
  await use(await provision(), folder.path);
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
  const { bytes, functionTable } = codeImage(arch);
  await writeFile(join(folder, "image.bin"), bytes);
  const [entry, functionCount] = [0, 1];
  return ["image.bin", ...[entry, functionTable, functionCount].map(String)];
}

/** The image's code without its tables. */
function codeOf(arch: Architecture): Uint8Array {
  const { bytes, functionTable } = codeImage(arch);
  const second = new DataView(bytes.buffer).getUint32(functionTable + 4, true);
  // x64: the end of the code; arm64: its record, which stands right behind it.
  return bytes.subarray(0, second);
}

/** The comments of the lines that begin with an instruction's bytes. */
function comments(text: string, bytes: RegExp): string {
  const line = new RegExp(`^  ${bytes.source}, // (.*)$`, "gm");
  return [...text.matchAll(line)].map((match) => `${match[1]}\n`).join("");
}
