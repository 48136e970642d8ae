// Says what paths offer: files, folders, links, volumes, disks, pipes and COM ports. They are opened for their attributes alone,
// which needs no administrator's rights and reads nothing. To the server of a pipe it is a client that comes and goes.
//
//   deno run --allow-ffi examples/inspect.ts C:\ README.md \\.\C: \\.\PhysicalDrive0 \\.\COM3
//   bun examples/inspect.ts C:\ README.md \\.\C: \\.\PhysicalDrive0 \\.\COM3

import process from "node:process";
import { openSync, type SyncFile, Win32Error } from "@kernel32/io";
import * as raw from "@kernel32/io/raw";
import * as structs from "@kernel32/io/structs";

const { kernel32 } = raw;
const ONLY = {
  attributesOnly: true,
  directory: true,
  followLinks: false,
  share: [], // which ports want, and which counts for nothing without access
};
const TYPES = ["unknown", "disk", "character device", "pipe"];
const FEATURES = new Map([
  [raw.FILE_SUPPORTS_SPARSE_FILES, "sparse files"],
  [raw.FILE_FILE_COMPRESSION, "compression"],
  [raw.FILE_SUPPORTS_ENCRYPTION, "encryption"],
  [raw.FILE_SUPPORTS_REPARSE_POINTS, "reparse points"],
  [raw.FILE_SUPPORTS_POSIX_UNLINK_RENAME, "POSIX rename"],
  [raw.FILE_NAMED_STREAMS, "named streams"],
]);

function check(syscall: keyof raw.Kernel32, succeeded: boolean): void {
  if (!succeeded) throw Win32Error.last(syscall);
}

/** What is asked about each path. */
const QUESTIONS: Record<string, (file: SyncFile) => string> = {
  "type": ({ handle }) => TYPES[kernel32.GetFileType(handle)]!,
  "attributes": (file) => {
    const { isDirectory, isSymlink, attributes } = file.stat();
    const kind = isSymlink ? "link" : isDirectory ? "folder" : "file";
    return `0x${attributes.toString(16)}, of a ${kind}`;
  },
  "size": (file) => `${file.size()} bytes`,
  "sectors": (file) => {
    const { logical, physical } = file.sectorSize();
    return `${logical} bytes, physically ${physical}`;
  },
  "memory alignment": ({ handle }) => {
    const mask = new Uint32Array(1);
    const ask = kernel32.GetFileInformationByHandleEx;
    const known = ask(handle, raw.FileAlignmentInfo, mask, 4);
    check("GetFileInformationByHandleEx", known);
    return `${mask[0]! + 1} bytes`;
  },
  "one transfer": (file) => {
    const layout = structs.STORAGE_ADAPTER_DESCRIPTOR;
    const answer = file.deviceIoControl(raw.IOCTL_STORAGE_QUERY_PROPERTY, {
      input: structs.STORAGE_PROPERTY_QUERY.create({ PropertyId: 1 }),
      outputLength: layout.size,
    });
    const { MaximumTransferLength, MaximumPhysicalPages } = layout.read(answer);
    return `${MaximumTransferLength} bytes, ${MaximumPhysicalPages} pages`;
  },
  "unbuffered": ({ path }) => {
    openSync(path, { ...ONLY, unbuffered: true }).close();
    return "yes";
  },
  "reparse point": (file) => {
    const code = raw.FSCTL_GET_REPARSE_POINT;
    const { buffer } = file.deviceIoControl(code, { outputLength: 16_384 });
    const tag = new DataView(buffer).getUint32(0, true).toString(16);
    return `tag 0x${tag}${tag === "a000000c" ? ", a symbolic link" : ""}`;
  },
  "volume": ({ handle }) => {
    const [length, flags] = [new Uint32Array(1), new Uint32Array(1)];
    const name = new Uint16Array(64);
    const ask = kernel32.GetVolumeInformationByHandleW;
    const known = ask(handle, null, 0, null, length, flags, name, 64);
    check("GetVolumeInformationByHandleW", known);
    const text = String.fromCharCode(...name.subarray(0, name.indexOf(0)));
    const features = [...FEATURES].filter(([flag]) => flags[0]! & flag);
    return [text, ...features.map(([, feature]) => feature)].join(", ");
  },
  "pipe": ({ handle }) => {
    const [flags, out] = [new Uint32Array(1), new Uint32Array(1)];
    const [into, most] = [new Uint32Array(1), new Uint32Array(1)];
    const ask = kernel32.GetNamedPipeInfo;
    check("GetNamedPipeInfo", ask(handle, flags, out, into, most));
    const kind = flags[0]! & raw.PIPE_TYPE_MESSAGE ? "messages" : "bytes";
    return `${kind}, buffers of ${out} and ${into}, ${most} instances at most`;
  },
  "serial port": ({ handle }) => {
    const bytes = new Uint8Array(structs.COMMPROP.size);
    const ask = kernel32.GetCommProperties;
    check("GetCommProperties", ask(handle, bytes));
    const { dwMaxTxQueue, dwMaxRxQueue } = structs.COMMPROP.read(bytes);
    return `queues of ${dwMaxTxQueue} and ${dwMaxRxQueue} bytes (0: no limit)`;
  },
};

/** Answers a question, or names the error. */
function answered(question: () => string): string {
  try {
    return question();
  } catch (error) {
    if (!(error instanceof Win32Error)) throw error;
    return `not offered: ${error.symbol}`;
  }
}

for (const path of process.argv.slice(2)) {
  console.log(path);
  const opened = answered(() => {
    using file = openSync(path, ONLY);
    for (const [name, question] of Object.entries(QUESTIONS)) {
      console.log(`  ${name.padEnd(17)} ${answered(() => question(file))}`);
    }
    return "";
  });
  if (opened !== "") console.log(`  ${opened}`);
}
