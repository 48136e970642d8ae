// Keeps a file to itself, starts another program, closes the file and opens it again: inherited.ts PATH NAME PROGRAM ARGS...
// What the other program has inherited keeps the file open. Prints "ours alone" or the error's symbol.

import { spawn } from "node:child_process";
import process from "node:process";
import { openSync, type Win32Error } from "../../../mod.ts";
import { SECURITY_ATTRIBUTES } from "../../../src/structs.ts";

const [, , path = "", how, program = "", ...args] = process.argv;
const options = { write: true, create: true, share: [] } as const;
const security = SECURITY_ATTRIBUTES.create({
  nLength: SECURITY_ATTRIBUTES.size,
  bInheritHandle: true,
});
const file = openSync(
  path,
  how === "inheritable" ? { ...options, security } : options,
);
const child = spawn(program, args, { stdio: ["pipe", "ignore", "ignore"] });
await new Promise((resolve, reject) => {
  child.on("spawn", resolve);
  child.on("error", reject);
});
file.close();
try {
  openSync(path, options).close();
  console.log("ours alone");
} catch (error) {
  console.log((error as Win32Error).symbol);
}
child.kill();
process.exit(0);
