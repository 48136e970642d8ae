/**
 * Compares layouts with those of a C compiler for Windows: C is generated from
 * the layouts, compiled and run on Windows, and its output is compared.
 */
import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import * as structs from "../../src/structs.ts";
import {
  array,
  ascii,
  bits,
  bytes,
  overlay,
  type Struct,
  struct,
  union,
  utf16,
} from "../../src/structs.ts";
import { HEADERS, runC } from "./c_program.ts";

/**
 * Declared by ntifs.h, which does not go together with windows.h.
 * https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_reparse_data_buffer
 */
const REPARSE_POINTS = `
  typedef struct {
    ULONG ReparseTag; USHORT ReparseDataLength; USHORT Reserved;
    union {
      struct {
        USHORT SubstituteNameOffset; USHORT SubstituteNameLength; USHORT PrintNameOffset; USHORT PrintNameLength;
        ULONG Flags; WCHAR PathBuffer[1];
      } SymbolicLinkReparseBuffer;
      struct {
        USHORT SubstituteNameOffset; USHORT SubstituteNameLength; USHORT PrintNameOffset; USHORT PrintNameLength;
        WCHAR PathBuffer[1];
      } MountPointReparseBuffer;
      struct { UCHAR DataBuffer[1]; } GenericReparseBuffer;
    };
  } REPARSE_DATA_BUFFER;
`;

/** A layout, and how C declares the same. */
interface Case {
  readonly layout: Struct<Record<string, unknown>>;
  /** The C type. */
  readonly type: string;
  /** Statements that give the fields of the C variable `x` other bits than all ones. */
  readonly set?: Readonly<Record<string, readonly [c: string, value: unknown]>>;
}

test("every exported structure is laid out as the C compiler does it", async () => {
  const cases = Object.entries(structs).flatMap(([type, layout]): Case[] =>
    isStruct(layout) ? [{ type, layout, set: specialFields(type, layout) }] : []
  );
  assert(cases.length >= 26);
  await compareLayouts(REPARSE_POINTS, cases);
});

test("structures of every kind are laid out as the C compiler does it", async () => {
  const Inner = struct({ a: "u8", b: "u32" });
  const Wide = struct({ p: "pointer", q: "u8" });
  await compareLayouts(
    `
    typedef struct { uint8_t a; uint16_t b; uint32_t c; uint64_t d; int8_t e; int16_t f; int32_t g; int64_t h; } Integers;
    typedef struct { float a; double b; BOOL c; BOOLEAN d; SIZE_T e; SSIZE_T f; PVOID g; uint8_t h; } Others;
    typedef struct { uint8_t a; uint32_t b; } Inner;
    typedef struct { void *p; uint8_t q; } Wide;
    typedef struct { uint8_t a; Inner b; uint16_t c[3]; Inner d[2]; uint8_t e; } Nested;
    typedef union { uint8_t a; uint64_t b; Inner c; uint16_t d[5]; } Union;
    typedef struct { uint8_t a; Union b; uint8_t c; } WithUnion;
    typedef struct { uint8_t a; union { struct { uint32_t low; uint32_t high; }; uint64_t whole; }; uint8_t b; } Anonymous;
    typedef struct { uint16_t a; wchar_t b[5]; char c[3]; uint8_t d[7]; } Texts;
    typedef struct { uint8_t a; uint32_t b : 3; uint32_t c : 13; uint32_t d : 16; uint8_t e; } Bits;
    typedef struct { uint8_t a; uint32_t b[]; } Flexible;
    #pragma pack(push, 1)
    typedef struct { uint8_t a; uint64_t b; Inner c; uint16_t d; } Packed1;
    #pragma pack(pop)
    #pragma pack(push, 2)
    typedef struct { uint8_t a; uint64_t b; Wide c; uint8_t d; } Packed2;
    #pragma pack(pop)
    #pragma pack(push, 4)
    typedef struct { uint8_t a; uint64_t b; Wide c; uint8_t d; } Packed4;
    typedef union { uint8_t a[9]; uint64_t b; } PackedUnion;
    #pragma pack(pop)
    `,
    [
      {
        type: "Integers",
        layout: struct({
          a: "u8",
          b: "u16",
          c: "u32",
          d: "u64",
          e: "i8",
          f: "i16",
          g: "i32",
          h: "i64",
        }),
      },
      {
        type: "Others",
        layout: struct({
          a: "f32",
          b: "f64",
          c: "bool32",
          d: "bool8",
          e: "usize",
          f: "isize",
          g: "pointer",
          h: "u8",
        }),
        set: {
          a: ["x.a = -1.25f", -1.25],
          b: ["x.b = 1e100", 1e100],
        },
      },
      { type: "Inner", layout: Inner },
      { type: "Wide", layout: Wide },
      {
        type: "Nested",
        layout: struct({
          a: "u8",
          b: Inner,
          c: array("u16", 3),
          d: array(Inner, 2),
          e: "u8",
        }),
        // Whole structures would be compared with their padding.
        set: {
          b: ["x.b.a = 1; x.b.b = 2", { a: 1, b: 2 }],
          d: ["x.d[1].a = 1; x.d[1].b = 2", [{}, { a: 1, b: 2 }]],
        },
      },
      {
        type: "Union",
        layout: union({ a: "u8", b: "u64", c: Inner, d: array("u16", 5) }),
        set: { c: ["x.c.a = 1; x.c.b = 2", { a: 1, b: 2 }] },
      },
      {
        type: "WithUnion",
        layout: struct({
          a: "u8",
          b: union({ a: "u8", b: "u64", c: Inner, d: array("u16", 5) }),
          c: "u8",
        }),
        set: { b: ["x.b.d[4] = 7", { d: [0, 0, 0, 0, 7] }] },
      },
      {
        type: "Anonymous",
        layout: struct({
          a: "u8",
          // The alignment of a C union is that of its largest member.
          u: union({
            halves: struct({ low: "u32", high: "u32" }),
            whole: "u64",
          }),
          b: "u8",
        }),
        set: {
          u: ["x.low = 1; x.high = 2", { halves: { low: 1, high: 2 } }],
        },
      },
      {
        type: "Texts",
        layout: struct({
          a: "u16",
          b: utf16(5),
          c: ascii(3, { terminated: false }),
          d: bytes(7),
        }),
        set: {
          b: ['memcpy(x.b, L"a\\x20ac\\xd800z", 10)', "a€\ud800z"],
          c: ['memcpy(x.c, "abc", 3)', "abc"],
        },
      },
      {
        type: "Bits",
        layout: struct({
          a: "u8",
          bits: bits("u32", { b: 3, c: 13, d: 16 }),
          e: "u8",
        }),
        set: {
          bits: ["x.b = 5; x.c = 0x1001; x.d = 0x8001", {
            b: 5,
            c: 0x1001,
            d: 0x8001,
          }],
        },
      },
      {
        type: "Flexible",
        layout: struct({ a: "u8", b: array("u32", 0) }),
        set: { b: ["(void)0", []] },
      },
      {
        type: "Packed1",
        layout: struct({ a: "u8", b: "u64", c: Inner, d: "u16" }, { pack: 1 }),
        set: { c: ["x.c.a = 1; x.c.b = 2", { a: 1, b: 2 }] },
      },
      ...([2, 4] as const).map((pack): Case => ({
        type: `Packed${pack}`,
        layout: struct({ a: "u8", b: "u64", c: Wide, d: "u8" }, { pack }),
        set: {
          c: ["x.c.p = (void *)1; x.c.q = 2", { p: 1n, q: 2 }],
        },
      })),
      {
        type: "PackedUnion",
        layout: union({ a: array("u8", 9), b: "u64" }, { pack: 4 }),
      },
      {
        type: "LARGE_INTEGER",
        layout: struct({
          LowPart: "u32",
          HighPart: "i32",
          QuadPart: overlay("LowPart", "i64"),
        }),
      },
    ],
  );
});

async function compareLayouts(
  declarations: string,
  cases: readonly Case[],
): Promise<void> {
  const body = cases.flatMap(({ type, layout, set = {} }) => [
    `printf("${type} %d %d\\n", (int)sizeof(${type}), (int)_Alignof(${type}));`,
    ...fieldsOf(layout).map(([name, zero]) => {
      const assign = set[name]?.[0] ??
        (typeof zero === "boolean"
          ? `x.${name} = 1`
          : `memset(&x.${name}, 0xff, sizeof x.${name})`);
      return `{ ${type} x; memset(&x, 0, sizeof x); ${assign}; dump(&x, sizeof x); }`;
    }),
  ]);
  const lines = await runC(`${HEADERS}
    ${declarations}
    static void dump(const void *x, size_t size) {
      for (size_t i = 0; i < size; i++) printf("%02x", ((const uint8_t *)x)[i]);
      printf("\\n");
    }
    int main(void) {
      ${body.join("\n      ")}
      return 0;
    }`);
  assertEquals(lines.length, body.length);
  for (const { type, layout, set = {} } of cases) {
    assertEquals(`${type} ${layout.size} ${layout.align}`, lines.shift());
    for (const [name] of fieldsOf(layout)) {
      const dumped = Buffer.from(lines.shift() ?? "", "hex");
      const value = set[name]?.[1] ?? layout.read(dumped)[name] ?? 0;
      const made = Buffer.from(layout.create({ [name]: value }));
      const where = `${type}.${name}`;
      assertEquals(made.toString("hex"), dumped.toString("hex"), where);
      if (name in set) continue;
      const first = dumped.findIndex((byte) => byte !== 0);
      assertEquals(layout.offsetOf(name), first, where);
    }
  }
}

/** The fields of a layout, each with the value that zeroed memory has. */
function fieldsOf(
  layout: Struct<Record<string, unknown>>,
): [name: string, zero: unknown][] {
  return Object.entries(layout.read(new Uint8Array(layout.size)));
}

function isStruct(
  value: unknown,
): value is Struct<Record<string, unknown>> {
  return typeof value === "object" && value !== null && "offsetOf" in value;
}

/**
 * Fields that cannot be filled with ones: structures with padding, and the
 * bit-fields of DCB and COMSTAT, which in C are members of the structure itself.
 */
function specialFields(
  type: string,
  layout: Struct<Record<string, unknown>>,
): NonNullable<Case["set"]> {
  if (type === "VOLUME_DISK_EXTENTS") {
    const set = "DISK_EXTENT *e = x.Extents; e->DiskNumber = 1; " +
      "e->StartingOffset.QuadPart = 2; e->ExtentLength.QuadPart = 3";
    const extent = { DiskNumber: 1, StartingOffset: 2n, ExtentLength: 3n };
    return { Extents: [set, [extent]] };
  }
  if (type === "REPARSE_DATA_BUFFER") {
    const name = "SymbolicLinkReparseBuffer";
    const set = `x.${name}.Flags = 1; x.${name}.PathBuffer[0] = 2`;
    const link = { [name]: { Flags: 1, PathBuffer: [2] } };
    return { DUMMYUNIONNAME: [set, link] };
  }
  if (type !== "DCB" && type !== "COMSTAT") return {};
  const flagsOf = (bytes: Uint8Array) =>
    layout.read(bytes)["Flags"] as Record<string, number>;
  const names = Object.keys(flagsOf(new Uint8Array(layout.size)));
  // Every second field has all its bits, which shows each one's place and width.
  const all = flagsOf(new Uint8Array(layout.size).fill(0xff));
  const odd = names.filter((_, index) => index % 2 === 1);
  return {
    Flags: [
      odd.map((name) => `x.${name} = ${all[name]}`).join("; "),
      Object.fromEntries(odd.map((name) => [name, all[name]])),
    ],
  };
}
