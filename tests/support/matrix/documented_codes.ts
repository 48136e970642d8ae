import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { win32CodeOf } from "../../../src/errors/codes.ts";

const SRC = fileURLToPath(new URL("../../../src", import.meta.url));

/** The text of each file of the module. */
const TEXTS: readonly string[] = readdirSync(SRC, { recursive: true })
  .map(String).filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(`${SRC}/${name}`, "utf8"));

/** The files of a class, itself first and then what it extends; or those of a function. */
function* textsOf(owner: string): Iterable<string> {
  const isFunction = /^[a-z]/.test(owner);
  const pattern = isFunction
    ? new RegExp(`export (?:async )?function ${owner}[(<]`)
    : new RegExp(`class ${owner}(?: extends (\\w+))?\\b[^{]*\\{`);
  for (const text of TEXTS) {
    const found = pattern.exec(text);
    if (found === null) continue;
    yield text;
    if (found[1] !== undefined) yield* textsOf(found[1]);
    return;
  }
  throw new Error(`${owner} is in no file`);
}

/** The doc comment of a method or function. */
function commentOf(text: string, name: string): string | undefined {
  const pattern = new RegExp(
    `/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s+(?:export |async |function |get |abstract )*${name}[(<]`,
  );
  return pattern.exec(text)?.[1]?.replaceAll(/\n\s*\* ?/g, "\n");
}

/**
 * The Win32 codes that the doc comment of an operation names as what it throws.
 *
 * @param operation "SyncFile.read", "openSync", or "new AlignedBuffer".
 */
export function documentedCodes(operation: string): number[] {
  const [owner = "", method = owner] = operation
    .replace(/^new (.*)/, "$1.constructor").split(".");
  for (const text of textsOf(owner)) {
    const comment = commentOf(text, method);
    if (comment === undefined) continue;
    const codes = new Set<number>();
    for (
      const [, thrown = ""] of comment.matchAll(/@throws ((?:(?!\n@)[^])*)/g)
    ) {
      for (const [symbol] of thrown.matchAll(/ERROR_\w+/g)) {
        codes.add(win32CodeOf(symbol));
      }
      const same = /What `(\w+)\(\)` throws/.exec(thrown)?.[1];
      if (same === undefined) continue;
      const whole = owner === method ? same : `${owner}.${same}`;
      for (const code of documentedCodes(whole)) codes.add(code);
    }
    return [...codes];
  }
  throw new Error(`No doc comment describes ${operation}`);
}
