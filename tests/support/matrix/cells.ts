// Runs an operation once as it should go, to learn its calls, and then once for each way in which each call can end.

import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  diagnostics,
  posixCodeOf,
  symbolOf,
  UnexpectedEndOfFileError,
  Win32Error,
} from "../../../mod.ts";
import {
  HangError,
  settling,
  turnOfTheEventLoop,
  until,
} from "../event_loop.ts";
import { type StrictKernel, strictKernel } from "../strict_kernel/mod.ts";
import { DiskFile } from "../strict_kernel/disk_file.ts";
import {
  CallWatch,
  type Ending,
  ENDINGS,
  type Fault,
  isFailure,
  type MadeCall,
} from "./calls.ts";
import { documentedCodes } from "./documented_codes.ts";
import { type Answer, answerTo } from "./answers.ts";
import { PATH } from "./file.ts";
import type { MatrixOperation, Outcome, Prepared } from "./operation.ts";

/** What no operation names: a device attached to the system is not functioning. */
const ERROR_GEN_FAILURE = 31;

/** How the operations end that are not the one at fault. */
const COMPLETIONS = ["in call", "later"] as const;
export type Completion = typeof COMPLETIONS[number];

/** How many cells there are, and how many of them cannot be. */
export interface CellCount {
  run: number;
  excluded: number;
  calls: number;
}

/** Runs all cells of an operation. Returns what is wrong, a sentence for each cell. */
export async function runCells(
  operation: MatrixOperation,
  count: CellCount,
): Promise<string[]> {
  const wrong: string[] = [];
  const documented = documentedCodes(operation.errorsOf ?? operation.method);
  // What is made once and stays, such as pooled memory.
  await learnCalls(operation, "later").catch(() => {});
  for (const completion of COMPLETIONS) {
    const calls = await learnCalls(operation, completion);
    count.calls += calls.length;
    for (const call of calls) {
      for (const ending of ENDINGS) {
        for (const code of codesOf(call, ending, completion, documented)) {
          if (call.excludes(ending, code) !== undefined) {
            count.excluded++;
            continue;
          }
          count.run++;
          const { name, occurrence, object, isOfFile, isPoll } = call;
          const about = { name, occurrence, object, isOfFile, isPoll };
          const fault = { ...about, ending, code };
          try {
            await runAtFault(operation, completion, fault);
          } catch (error) {
            wrong.push(`${described(fault)}, others ${completion}: ${error}`);
          }
        }
      }
    }
  }
  return wrong;
}

/** The calls that an operation makes when all goes well. */
async function learnCalls(
  operation: MatrixOperation,
  completion: Completion,
): Promise<MadeCall[]> {
  const { watch, outcome } = await run(operation, completion);
  if ("error" in outcome) throw outcome.error;
  assert(watch.calls.length > 0, `${operation.method} makes no call`);
  // The port is asked as often as it takes.
  return watch.calls.filter(({ isPoll, occurrence }) =>
    !isPoll || occurrence === 0
  );
}

/** How often an operation is run until it makes the call at fault. */
const TRIES = 20;

/** The call at fault was not made. */
class NotMadeError extends Error {}

/**
 * Runs an operation with a fault. Which calls it makes may depend on when the
 * event loop turns, and so on how long the machine has kept it waiting.
 */
async function runAtFault(
  operation: MatrixOperation,
  completion: Completion,
  fault: Fault,
): Promise<void> {
  for (let left = TRIES - 1;; left--) {
    try {
      return void await run(operation, completion, fault);
    } catch (error) {
      if (!(error instanceof NotMadeError) || left === 0) throw error;
    }
  }
}

/** What a call can end with. Success has no code. */
function codesOf(
  { isPoll }: MadeCall,
  ending: Ending,
  completion: Completion,
  documented: readonly number[],
): readonly number[] {
  if (!isFailure(ending)) return [0];
  // How other operations end has nothing to do with the code of this one.
  return isPoll || completion === "later"
    ? [ERROR_GEN_FAILURE]
    : [...documented, ERROR_GEN_FAILURE];
}

/** Runs an operation on a new kernel, and checks all that must be so after it. */
async function run(
  operation: MatrixOperation,
  completion: Completion,
  fault?: Fault,
): Promise<{ watch: CallWatch; outcome: Outcome }> {
  await turnOfTheEventLoop(); // Each has the same time until the next is due.
  const kernel = strictKernel();
  kernel.reset(1);
  kernel.names.mount("C:", { extendsInCall: false });
  kernel.schedule.choose = () => completion;
  const before = stateOf(kernel);
  const prepared = await operation.prepare(kernel);
  const content = contentOf(kernel);
  const watch = new CallWatch(kernel, fault);
  kernel.schedule.choose = (its) => watch.endsLater(its) ? "later" : completion;
  const outcome = await outcomeOf(() => prepared.run());
  watch[Symbol.dispose]();
  kernel.schedule.choose = () => completion;
  try {
    if (fault !== undefined) {
      if (!watch.reached && !fault.isPoll) {
        throw new NotMadeError("the call is not made");
      }
      checkOutcome(operation, prepared, fault, outcome);
    }
    checkContent(kernel, prepared, outcome, content, fault);
  } finally {
    await settling(prepared.settle(outcome, fault));
  }
  if (!operation.leavesPort) await untilClosed(kernel);
  kernel.verify();
  assertEquals(stateOf(kernel), before);
  return { watch, outcome };
}

/** Waits until the module has closed its port: no file is bound to it any more. */
async function untilClosed(kernel: StrictKernel): Promise<void> {
  const left = () =>
    [...kernel.handles.entries()].map(([, { constructor }]) => constructor.name)
      .join();
  // A wait for packets that nothing ends takes half a second.
  await until(() => left() === "", () => `handles are open: ${left()}`);
}

/** What must be after an operation as it was before. */
function stateOf(kernel: StrictKernel) {
  const { openFiles, pendingOperations, pooledMemory } = diagnostics();
  const { allocations } = kernel.memory;
  return { openFiles, pendingOperations, pooledMemory, allocations };
}

async function outcomeOf(run: () => unknown): Promise<Outcome> {
  try {
    return { value: await settling(run()) };
  } catch (error) {
    if (error instanceof HangError) throw error;
    return { error };
  }
}

/** Checks that an operation says how its call has ended. */
function checkOutcome(
  { method, variant }: MatrixOperation,
  prepared: Prepared,
  fault: Fault,
  outcome: Outcome,
): void {
  const answer = answerTo(`${method}: ${variant}`, fault);
  if (answer === "goes on") {
    if ("error" in outcome) throw outcome.error;
  } else if (answer === "ends" || !isFailure(fault.ending)) {
    checkShort(prepared, fault, outcome, answer);
  } else if ("value" in outcome) {
    throw new Error(`it succeeds with ${String(outcome.value)}`);
  } else checkError(prepared, outcome.error, fault, answer);
}

function checkError(
  prepared: Prepared,
  error: unknown,
  { name, code, isOfFile }: Fault,
  answer: Answer | undefined,
): void {
  if (!(error instanceof Win32Error)) throw error;
  const { win32, syscall } = error;
  const { win32: its = code, ...more } = typeof answer === "object"
    ? answer
    : {};
  const isWrite = /^(Write|Flush)File/.test(name);
  const expected = {
    win32: its,
    syscall: name,
    code: posixCodeOf(its, { write: isWrite }),
    ...more,
  };
  assertEquals({ win32, syscall, code: error.code }, expected);
  if (isOfFile || error.path !== undefined) checkPath(prepared, name, error);
}

function checkPath(
  { path = PATH, paths }: Prepared,
  name: string,
  error: { readonly path: string | undefined },
): void {
  const expected = paths?.[name] ?? path;
  if (typeof expected === "string") assertEquals(error.path, expected);
  else assertMatch(error.path ?? "", expected);
}

/** Checks what comes of a call that transfers less. */
function checkShort(
  prepared: Prepared,
  { name }: Fault,
  outcome: Outcome,
  answer: Answer | undefined,
) {
  const { syscall = name } = typeof answer === "object" ? answer : {};
  const { transfer } = prepared;
  // What is less is that: settle() has seen it.
  if ("value" in outcome) return;
  const { error } = outcome;
  const isEnd = error instanceof UnexpectedEndOfFileError;
  const isNamed = error instanceof Win32Error && error.syscall === syscall;
  if (!isEnd && !isNamed) throw error;
  checkPath(prepared, name, error);
  if (transfer === undefined) return;
  const { length } = transfer.bytes;
  assert((error.bytesTransferred ?? 0) < length, "all is transferred");
}

/** What the file has. */
function contentOf(kernel: StrictKernel): Uint8Array {
  const found = kernel.names.volumes.get("C:")!.find(PATH.slice(2));
  return found instanceof DiskFile ? found.content : new Uint8Array(0);
}

/** Checks that as many bytes are transferred as the operation says, and that no others are changed. */
function checkContent(
  kernel: StrictKernel,
  { transfer }: Prepared,
  outcome: Outcome,
  before: Uint8Array,
  fault: Fault | undefined,
): void {
  if (transfer === undefined) return;
  const { kind, at, bytes, isFull } = transfer;
  const count = countOf(outcome, isFull ? bytes.length : 0);
  assert(count <= bytes.length, `${count} bytes are too many`);
  if (at === undefined) return;
  const now = contentOf(kernel);
  if (kind === "read") {
    if ("error" in outcome && transfer.isLost) return;
    checkBytes("the file", now, before);
    const expected = before.subarray(at, at + count);
    checkBytes("what was read", bytes.subarray(0, count), expected);
    return;
  }
  checkBytes("before", now.subarray(0, at), before.subarray(0, at));
  const written = now.subarray(at, at + count);
  checkBytes("what was written", written, bytes.subarray(0, count));
  const end = at + bytes.length;
  // A sector that could not be cut off stays.
  const isCut = fault?.name !== "SetFileInformationByHandle";
  const most = Math.max(before.length, isCut ? end : end + 511);
  assert(now.length <= most, `the file has ${now.length} bytes, not ${most}`);
  assert(now.length >= before.length);
  // What an error does not count may be there or not, sector by sector.
  for (let i = at + count; i < Math.min(end, now.length);) {
    const next = Math.min(end, now.length, (Math.floor(i / 512) + 1) * 512);
    const is = now.subarray(i, next);
    const was = new Uint8Array(next - i);
    was.set(before.subarray(i, next));
    const isOld = Buffer.compare(is, was) === 0;
    for (; i < next; i++) {
      if (isOld || now[i] === bytes[i - at] || now[i] === (before[i] ?? 0)) {
        continue;
      }
      throw new Error(`byte ${i} is ${now[i]}, which it never was to be`);
    }
  }
  const behind = new Uint8Array(Math.max(0, now.length - end));
  behind.set(before.subarray(end));
  checkBytes("behind", now.subarray(end), behind);
}

/** Compares bytes, of which a difference would be too long to print. */
function checkBytes(what: string, actual: Uint8Array, expected: Uint8Array) {
  if (Buffer.compare(actual, expected) === 0) return;
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  throw new Error(
    `${what}: ${actual.length} bytes, expected ${expected.length}, first wrong at ${at}`,
  );
}

/** How many bytes an operation says it has transferred. */
function countOf(outcome: Outcome, all: number): number {
  if ("error" in outcome) {
    const { error } = outcome;
    const counted = error as { bytesTransferred?: number };
    return counted?.bytesTransferred ?? 0;
  }
  return typeof outcome.value === "number" ? outcome.value : all;
}

function described({ name, occurrence, ending, code }: Fault): string {
  const call = occurrence === 0 ? name : `${name} no. ${occurrence + 1}`;
  return isFailure(ending)
    ? `${call} fails ${ending} with ${symbolOf(code)}`
    : `${call} ends with ${ending}`;
}
