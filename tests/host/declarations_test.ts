// The declarations of the npm package: what they declare, and what compilers and
// editors make of them.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { command } from "../../tools/windows/command.ts";
import { languageService } from "./language_service.ts";
import { packPackage, README, REPOSITORY } from "./packed_package.ts";

const { built, entries, project, write } = await packPackage();

test("declarations are few, and say nothing of where they come from", () => {
  const files = readdirSync(join(built, "types")).sort();
  const shared = ["shared.d.ts", "web.d.ts"];
  const own = entries.map(({ types }) => types.replace("types/", ""));
  assertEquals(files, [...own, ...shared].sort());
  for (const file of files) {
    const text = readFileSync(join(built, "types", file), "utf8");
    assert(!/\.\.\/|\/src\/|\/ffi\//.test(code(text)), file);
  }
});

test("declarations have what is exported, and nothing else", () => {
  const files = readdirSync(join(built, "types"))
    .filter((file) => file !== "web.d.ts");
  const all: string[] = [];
  for (const file of files) {
    const text = code(readFileSync(join(built, "types", file), "utf8"));
    const exported = Array.from(
      text.matchAll(/^export \{([^]*?)\}/gm),
      ([, names]) => names!,
    ).join();
    const declared = Array.from(
      text.matchAll(
        /^(?:declare )?(?:abstract )?(?:class|function|const|let|interface|type) (\w+)/gm,
      ),
      ([, name]) => name!,
    );
    all.push(...declared);
    const inner = declared.filter((name) =>
      !new RegExp(`\\b${name}\\b`).test(exported)
    );
    assertEquals(inner, [], file);
  }
  for (const name of ["OverlappedConnection", "SerialPort", "OVERLAPPED"]) {
    assert(all.includes(name), name);
  }
});

/** Leaves comments out. */
function code(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\/|^\/\/.*$/gm, "");
}

write(
  "consumer.ts",
  `
import {
  AlignedBuffer,
  getLastWin32Error,
  type Handle,
  openSync,
  type StreamableFile,
  type SyncFile,
  Win32Error,
} from "@kernel32/io";
import { kernel32 } from "@kernel32/io/raw";
import { array, OVERLAPPED, struct } from "@kernel32/io/structs";

const Packet = struct({ id: "u16", samples: array("f32", 4), at: "u64" });

export function send(path: string): number | null {
  using file: SyncFile = openSync(path, { read: true, write: true, share: [] });
  using memory = new AlignedBuffer(4096);
  file.writeAll(Packet.create({ id: 1, samples: [1, 2, 3, 4], at: 5n }));
  const { id, at }: { id: number; at: bigint } = Packet.read(memory.bytes);
  const handle: Handle = file.handle;
  const done: boolean = kernel32.WriteFile(handle, memory.address, 0, null, OVERLAPPED.create());
  if (!done && getLastWin32Error() === 112) throw Win32Error.last("WriteFile");
  return file.read(memory.bytes, { at: at + BigInt(id) });
}

export async function last(file: StreamableFile, signal: AbortSignal | undefined) {
  const at = await file.seek(-16n, "end");
  return await file.read(new Uint8Array(16), { at, signal });
}

// @ts-expect-error A size is no handle.
kernel32.CloseHandle(5n);
// @ts-expect-error A 64-bit member is a bigint.
Packet.create({ at: 5 });
// @ts-expect-error There is no such option.
openSync("file", { reed: true });
// @ts-expect-error A number is no path.
openSync(5);
`,
);

/** Compilers by the package that each is. */
const COMPILERS = {
  [`TypeScript ${lowestVersion()}`]: "typescript-lowest",
  "the newest TypeScript": "typescript",
};

/** Reads which is the lowest that README.md names. */
function lowestVersion(): string {
  return /TypeScript ([\d.]+) or later/.exec(README)![1]!;
}

test("the lowest TypeScript that is tested is the one that README.md names", () => {
  const { version } = JSON.parse(
    readFileSync(
      join(REPOSITORY, "node_modules/typescript-lowest/package.json"),
      "utf8",
    ),
  );
  assertEquals(version.split(".").slice(0, 2).join("."), lowestVersion());
});

const RESOLUTIONS = {
  "as Node resolves modules": { module: "nodenext" },
  "as bundlers resolve modules": {
    module: "esnext",
    moduleResolution: "bundler",
  },
};

for (const [name, settings] of Object.entries(RESOLUTIONS)) {
  for (const [compiler, folder] of Object.entries(COMPILERS)) {
    test(`a consumer's types are right without any runtime's types, ${name}, for ${compiler}`, async () => {
      write(
        "tsconfig.json",
        JSON.stringify({
          compilerOptions: {
            ...settings,
            strict: true,
            exactOptionalPropertyTypes: true,
            noEmit: true,
            target: "es2022",
            // Nothing but the language: the declarations bring the rest.
            lib: ["es2022"],
            types: [],
            skipLibCheck: false,
          },
          files: ["consumer.ts"],
        }),
      );
      const tsc = join(REPOSITORY, "node_modules", folder, "bin", "tsc");
      await command(process.execPath, [tsc, "-p", project]);
    });
  }
}

const { signatureHelp, hover, messages } = languageService(project);

const IMPORTS = `
import { open, openSync } from "@kernel32/io";
import { kernel32 } from "@kernel32/io/raw";
const file = openSync("file");
`;

test("an editor names the parameters of a raw function, and Microsoft's page", () => {
  assertEquals(signatureHelp(`${IMPORTS}kernel32.WriteFile(`), {
    text: "WriteFile(hFile: Handle, lpBuffer: Pointer | null, " +
      "nNumberOfBytesToWrite: number, " +
      "lpNumberOfBytesWritten: Pointer | null, " +
      "lpOverlapped: Pointer | null): boolean",
    documentation: "Writes bytes to a file or device.",
    see:
      "https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile",
  });
});

test("an editor shows what a method of a file does, returns and throws", () => {
  const { text, documentation, tags } = hover(`${IMPORTS}file.read`);
  assertEquals(
    text,
    "(method) SyncFile.read(buffer: ArrayBufferView, options?: PositionOptions): number | null",
  );
  assertMatch(documentation, /^Reads at the position, or at an offset\./);
  assertEquals(
    ["param", "returns", "throws", "see", "example"]
      .filter((name) => !tags.includes(name)),
    [],
  );
});

const MISTAKES = {
  "kernel32.CloseHandle(5n);":
    "Argument of type 'bigint' is not assignable to parameter of type 'Handle'.",
  "kernel32.WriteFile(file.handle, 5, 5, null, null);":
    "Argument of type '5' is not assignable to parameter of type 'Pointer | null'.",
  'file.read("text");':
    "Argument of type 'string' is not assignable to parameter of type 'ArrayBufferView<ArrayBufferLike>'.",
  'openSync("file", { reed: true });':
    "Object literal may only specify known properties, and 'reed' does not exist in type 'OpenOptions'.",
  'open("file", { share: ["all"] });':
    `Type '"all"' is not assignable to type 'ShareMode'.`,
};

for (const [mistake, message] of Object.entries(MISTAKES)) {
  test(`the compiler says what is wrong with ${mistake}`, () => {
    const [first, ...others] = messages(`${IMPORTS}${mistake}`);
    assertEquals([first?.split("\n")[0], others], [message, []]);
  });
}
