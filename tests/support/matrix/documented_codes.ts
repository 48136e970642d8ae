import { readFileSync } from "node:fs";
import { win32CodeOf } from "../../../src/errors/codes.ts";

/** Where the methods of a class are described, itself first and then what it extends. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  SyncFile: ["sync/sync_file", "sync/control_file", "file/base_file"],
  OverlappedFile: [
    "overlapped/overlapped_file",
    "overlapped/control_file",
    "streams/streamable_file",
    "file/base_file",
  ],
  PipeConnection: ["pipe/pipe_connection"],
  PipeListener: ["pipe/pipe_listener"],
  AlignedBuffer: ["memory/aligned_buffer"],
  VolumeLock: ["file/volume_lock"],
  OverlappedVolumeLock: ["file/volume_lock"],
  openSync: ["open/open"],
  open: ["open/open"],
  fromHandle: ["open/from_handle"],
  connectPipe: ["pipe/connect_pipe"],
  SerialPort: ["serial/serial_port"],
  openSerial: ["serial/open_serial"],
  serialPorts: ["serial/serial_ports"],
  listenPipe: ["pipe/pipe_listener"],
  formatMessage: ["errors/message"],
  writeFileAtomic: ["whole_file/write_file_atomic"],
};

const texts = new Map<string, string>();

function textOf(file: string): string {
  const url = new URL(`../../../src/${file}.ts`, import.meta.url);
  const text = texts.get(file) ?? readFileSync(url, "utf8");
  texts.set(file, text);
  return text;
}

/** The doc comment of a method or function. */
function commentOf(file: string, name: string): string | undefined {
  const pattern = new RegExp(
    `/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s+(?:export |async |function |get |abstract )*${name}[(<]`,
  );
  return pattern.exec(textOf(file))?.[1]?.replaceAll(/\n\s*\* ?/g, "\n");
}

/**
 * The Win32 codes that the doc comment of an operation names as what it throws.
 *
 * @param operation "SyncFile.read", "openSync", or "new AlignedBuffer".
 */
export function documentedCodes(operation: string): number[] {
  const [owner = "", method = owner] = operation.replace(
    /^new (.*)/,
    "$1.constructor",
  )
    .split(".");
  const files = FILES[owner];
  if (files === undefined) throw new Error(`${owner} is in no file`);
  for (const file of files) {
    const comment = commentOf(file, method);
    if (comment === undefined) continue;
    const codes = new Set<number>();
    for (
      const [, text = ""] of comment.matchAll(/@throws ((?:(?!\n@)[^])*)/g)
    ) {
      for (const [symbol] of text.matchAll(/ERROR_\w+/g)) {
        codes.add(win32CodeOf(symbol));
      }
      const same = /What `(\w+)\(\)` throws/.exec(text)?.[1];
      if (same === undefined) continue;
      const whole = file.startsWith("open/") ? same : `${owner}.${same}`;
      for (const code of documentedCodes(whole)) codes.add(code);
    }
    return [...codes];
  }
  throw new Error(`No doc comment describes ${operation}`);
}
