import { existsSync } from "node:fs";
import { release, version } from "node:os";
import process from "node:process";

/** Names the system: "Windows 11 Pro 10.0.22631", or the same of Wine, which says so in no other place than its programs. */
export function systemName(): string {
  const root = process.env["SystemRoot"] ?? "C:\\Windows";
  const isWine = existsSync(`${root}\\system32\\winepath.exe`);
  return `${isWine ? "Wine, as " : ""}${version()} ${release()}`;
}
