// portable

import "../../support/windows_or_strict.ts";
import { test } from "node:test";
import { assertEquals } from "@std/assert";
import {
  type CreateFileArguments,
  createFileArguments as argumentsOf,
} from "../../../src/open/create_file.ts";
import {
  type ImpersonationLevel,
  type OpenOptions,
  openSettings,
  type OverlappedOptions,
  overlappedSettings,
  type ShareMode,
} from "../../../src/open/options.ts";
import { assertRefused } from "../../support/untouched.ts";

const GENERIC_READ = 0x8000_0000;
const GENERIC_WRITE = 0x4000_0000;
const DELETE = 0x0001_0000;
const FILE_READ_DATA = 0x0001;
const FILE_WRITE_DATA = 0x0002;
const FILE_APPEND_DATA = 0x0004;
const SYNCHRONIZE = 0x0010_0000;

const CREATE_NEW = 1;
const OPEN_EXISTING = 3;
const OPEN_ALWAYS = 4;

const read = true;
const write = true;
const append = true;

const createFileArguments = (options: OpenOptions): CreateFileArguments =>
  argumentsOf(openSettings(options));

function refused(options: unknown, part: string): void {
  assertRefused(
    () => createFileArguments(options as OpenOptions),
    TypeError,
    part,
  );
}

test("createFileArguments() asks for the access that is needed", () => {
  const access = (options: OpenOptions) => createFileArguments(options).access;
  assertEquals(access({ read }), GENERIC_READ);
  assertEquals(access({ write }), GENERIC_WRITE);
  assertEquals(access({ read, write }), GENERIC_READ + GENERIC_WRITE);
  assertEquals(access({ read, deleteOnClose: true }), GENERIC_READ + DELETE);
  assertEquals(access({ write, append }), GENERIC_WRITE);
});

test("createFileArguments() asks for appending, and for reading to lock, but not for writing anywhere", () => {
  const { access } = createFileArguments({ append });
  assertEquals(access & FILE_APPEND_DATA, FILE_APPEND_DATA);
  assertEquals(access & FILE_READ_DATA, FILE_READ_DATA);
  assertEquals(access & FILE_WRITE_DATA, 0);
  assertEquals(access & SYNCHRONIZE, SYNCHRONIZE);
  assertEquals(access & GENERIC_WRITE, 0);
  const both = createFileArguments({ read, append }).access;
  assertEquals(both, access + GENERIC_READ);
});

test("createFileArguments() asks for reading when parts of sectors are to be written", () => {
  const access = (options: OpenOptions) =>
    createFileArguments({ ...options, unbuffered: true }).access;
  assertEquals(access({ write }), GENERIC_READ + GENERIC_WRITE);
  assertEquals(
    access({ append }) & (GENERIC_READ + GENERIC_WRITE),
    (GENERIC_READ + GENERIC_WRITE) | 0,
  );
  assertEquals(access({ read }), GENERIC_READ);
});

test("createFileArguments() chooses a disposition that empties no file", () => {
  const disposition = (options: OpenOptions) =>
    createFileArguments(options).disposition;
  assertEquals(disposition({ read }), OPEN_EXISTING);
  assertEquals(disposition({ write }), OPEN_EXISTING);
  assertEquals(disposition({ write, create: true }), OPEN_ALWAYS);
  assertEquals(disposition({ append, create: true }), OPEN_ALWAYS);
  assertEquals(disposition({ write, truncate: true }), OPEN_EXISTING);
  assertEquals(
    disposition({ write, create: true, truncate: true }),
    OPEN_ALWAYS,
  );
  assertEquals(disposition({ write, createNew: true }), CREATE_NEW);
  assertEquals(
    disposition({ append, create: true, createNew: true }),
    CREATE_NEW,
  );
});

test("createFileArguments() shares everything unless told otherwise", () => {
  const share = (share?: ShareMode[]) =>
    createFileArguments(share === undefined ? { read } : { read, share }).share;
  assertEquals(share(), 7);
  assertEquals(share([]), 0);
  assertEquals(share(["read"]), 1);
  assertEquals(share(["write"]), 2);
  assertEquals(share(["delete"]), 4);
  assertEquals(share(["delete", "read"]), 5);
  assertEquals(share(["read", "read"]), 1);
});

test("createFileArguments() sets the flag of each option", () => {
  const flags = (options: OpenOptions) =>
    createFileArguments({ write, ...options }).flags;
  const anonymous = 0x0010_0000;
  assertEquals(flags({}), anonymous + 0x80);
  assertEquals(flags({ writeThrough: true }), anonymous + 0x8000_0080);
  assertEquals(flags({ unbuffered: true }), anonymous + 0x2000_0080);
  assertEquals(flags({ random: true }), anonymous + 0x1000_0080);
  assertEquals(flags({ sequential: true }), anonymous + 0x0800_0080);
  assertEquals(flags({ deleteOnClose: true }), anonymous + 0x0400_0080);
  assertEquals(flags({ temporary: true }), anonymous + 0x100);
  assertEquals(flags({ directory: true }), anonymous + 0x0200_0080);
  assertEquals(flags({ followLinks: false }), anonymous + 0x0020_0080);
  assertEquals(
    flags({ unbuffered: true, writeThrough: true }),
    anonymous + 0xA000_0080,
  );
});

test("createFileArguments() tells a pipe's server no more of the client than it is asked to", () => {
  const levels: readonly ImpersonationLevel[] = [
    "anonymous",
    "identification",
    "impersonation",
    "delegation",
  ];
  levels.forEach((impersonation, level) =>
    assertEquals(
      createFileArguments({ read, impersonation }).flags,
      0x0010_0080 + level * 0x1_0000,
    )
  );
});

test("createFileArguments() asks for no access at all with attributesOnly", () => {
  const attributesOnly = true;
  assertEquals(createFileArguments({ attributesOnly }).access, 0);
  assertEquals(
    createFileArguments({ attributesOnly, deleteOnClose: true }).access,
    DELETE,
  );
});

test("createFileArguments() takes false and undefined for left out", () => {
  const plain = createFileArguments({ read });
  assertEquals(
    createFileArguments({
      read,
      write: false,
      truncate: false,
      unbuffered: undefined,
      followLinks: undefined,
      share: undefined,
      preallocate: undefined,
      security: undefined,
      impersonation: undefined,
    }),
    plain,
  );
});

test("createFileArguments() refuses to open a file for nothing", () => {
  refused({}, "set read, write or append to true");
  refused({}, "or delete for its name. Only without any options");
  refused({ read: false, share: [] }, "set read, write or append to true");
});

test("createFileArguments() refuses options that contradict each other, and names the way out", () => {
  for (
    const [options, part] of [
      [{ read, truncate: true }, "truncate needs write: true. To keep"],
      [{ append, truncate: true }, "truncate needs write: true"],
      [{ write, append, truncate: true }, "emptied is written from its"],
      [{ write, append, truncate: true }, "leave append out"],
      [{ read, create: true }, "create and createNew need write: true or"],
      [{ read, createNew: true }, "create and createNew need write: true or"],
      [{ create: true }, "create and createNew need write: true or append"],
      [{ createNew: true }, "create and createNew need write: true or append"],
      [{ truncate: true }, "truncate needs write: true"],
      [{ preallocate: 5 }, "preallocate needs write: true"],
      [{ read, preallocate: 5 }, "preallocate needs write: true"],
      [{ append, preallocate: 5 }, "can only append cannot reserve room"],
      [{ append, preallocate: 5 }, "set both append and write"],
      [{ attributesOnly: true, read }, "leave out read, write and append"],
      [{ write, directory: true, create: true }, "with mkdir, as node:fs and"],
      [{ read, sequential: true, random: true }, "the one that fits most of"],
      [{ read, unbuffered: true, random: true }, "unbuffered bypasses: leave"],
      [{ read, unbuffered: true, sequential: true }, "leave them out"],
      [{ write, temporary: true, writeThrough: true }, "choose one"],
    ] as const
  ) {
    refused(options, part);
  }
});

test("createFileArguments() refuses values of the wrong type, and names option and value", () => {
  refused({ read: 1 }, "read must be true or false: got 1 (number)");
  refused(
    { read, unbuffered: "yes" },
    'unbuffered must be true or false: got the string "yes"',
  );
  refused(
    { read, deleteOnClose: null },
    "deleteOnClose must be true or false: got null",
  );
  refused(
    { read, share: "read" },
    'share must be a list such as ["read"]: got the string',
  );
  refused(
    { read, share: ["all"] },
    'each of share must be one of "read", "write", "delete": got the string "all"',
  );
  refused({ read, share: ["toString"] }, '"read", "write", "delete": got');
  refused({ read, share: [7] }, '"read", "write", "delete": got 7');
  refused({ read, share: [undefined] }, '"read", "write", "delete": got undef');
  refused(
    { read, security: "everyone" },
    "security must be the bytes or the address of a SECURITY_ATTRIBUTES",
  );
  refused(
    { read, impersonation: "none" },
    'impersonation must be one of "anonymous", "identification", "impersonation", "delegation": got the string "none"',
  );
  refused({ read, impersonation: 0 }, "impersonation must be one of");
  refused(
    { write, preallocate: "1 MB" },
    "preallocate must be a number or a bigint",
  );
  for (const options of [null, 5, "r", true]) {
    refused(options, "options of openSync() must be an object that may have");
  }
});

test("createFileArguments() refuses options that it does not know, and lists those it does", () => {
  refused(
    { read, mode: 0o644 },
    '"mode" is no option of openSync(). The options are read, write',
  );
});

test("createFileArguments() refuses a room that cannot be", () => {
  for (const preallocate of [-1, 0.5, NaN, Infinity, 2 ** 53, -1n, 2n ** 63n]) {
    assertRefused(
      () => createFileArguments({ write, preallocate }),
      RangeError,
      `preallocate must be`,
    );
  }
});

test("openSettings() takes the address of a SECURITY_ATTRIBUTES, or no fewer bytes than it has", () => {
  for (const security of [5n, new Uint8Array(24), new Uint8Array(25)]) {
    assertEquals(openSettings({ read, security }).security, security);
  }
  const refusedSecurity = (
    security: ArrayBufferView,
    errorClass: typeof TypeError | typeof RangeError,
    part: string,
  ) => assertRefused(() => openSettings({ read, security }), errorClass, part);
  refusedSecurity(
    new Uint8Array(23),
    RangeError,
    "security must have the 24 bytes of a SECURITY_ATTRIBUTES: got 23",
  );
  const detached = new Uint8Array(24);
  structuredClone(detached, { transfer: [detached.buffer] });
  refusedSecurity(
    detached,
    TypeError,
    "security is a view of a detached ArrayBuffer",
  );
});

test("overlappedSettings() refuses options that it does not know", () => {
  assertRefused(
    () => overlappedSettings({ read, mode: 0o644 } as OverlappedOptions),
    TypeError,
    '"mode" is no option of open(). The options are read, write',
  );
});

test("overlappedSettings() refuses limits that cannot be", () => {
  const refusedLimit = (
    maxInFlight: unknown,
    errorClass: typeof TypeError | typeof RangeError,
    part: string,
  ) => {
    const options = { read, maxInFlight } as OverlappedOptions;
    assertRefused(() => overlappedSettings(options), errorClass, part);
  };
  refusedLimit(5, TypeError, "options of maxInFlight must be an object that");
  refusedLimit(
    null,
    TypeError,
    "options of maxInFlight must be an object that",
  );
  refusedLimit(
    { count: 1 },
    TypeError,
    '"count" is no option of maxInFlight. The options are',
  );
  for (const operations of [0, -1, 1.5, NaN]) {
    refusedLimit({ operations }, RangeError, "maxInFlight.operations must be");
    refusedLimit(
      { bytes: operations },
      RangeError,
      "maxInFlight.bytes must be",
    );
  }
  for (const bytes of ["5", null, 5n]) {
    refusedLimit({ bytes }, TypeError, "maxInFlight.bytes must be a number");
  }
});

test("overlappedSettings() reads each option once", () => {
  const reads: PropertyKey[] = [];
  const honest = {
    write,
    create: true,
    share: ["read"],
    preallocate: 5,
    maxInFlight: { operations: 1 },
  } as const;
  const options = new Proxy<OverlappedOptions>(honest, {
    get(target, name) {
      if (reads.includes(name)) throw new Error(`${String(name)} again`);
      reads.push(name);
      return Reflect.get(target, name);
    },
  });
  const settings = overlappedSettings(options);
  assertEquals(settings.write, true);
  assertEquals(settings.share, ["read"]);
  assertEquals(settings.maxInFlight, { operations: 1, bytes: 2 ** 26 });
});

test("openSettings() copies lists, so that they cannot change", () => {
  const share: ShareMode[] = ["read"];
  const settings = openSettings({ read, share });
  share.push("write");
  assertEquals(settings.share, ["read"]);
});
