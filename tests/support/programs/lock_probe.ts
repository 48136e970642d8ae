// Tries, in a process of its own, to lock ranges of the file that KERNEL32_IO_FILE names, and prints what came of each: "JSON" of ranges
// in KERNEL32_IO_RANGES, a list of symbols on the standard output.
import process from "node:process";
import { type LockOptions, openSync, type Win32Error } from "../../../mod.ts";

const { KERNEL32_IO_FILE = "", KERNEL32_IO_RANGES = "[]" } = process.env;
using file = openSync(KERNEL32_IO_FILE, { read: true, write: true });
const ranges = JSON.parse(KERNEL32_IO_RANGES) as LockOptions[];
const results = ranges.map((range) => {
  try {
    file.lock({ ...range, wait: false });
    return "locked";
  } catch (error) {
    return (error as Win32Error).symbol;
  }
});
console.log(JSON.stringify(results));
