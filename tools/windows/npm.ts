import { command } from "./command.ts";

/**
 * Runs npm in a folder, without input, and returns what it wrote to standard output. npm knows the user's registry and proxy.
 *
 * @throws {Error} With what npm wrote to standard error, if it did not end with code 0.
 */
export async function npm(
  folder: string,
  ...args: readonly string[]
): Promise<string> {
  const options = { cwd: folder };
  // npm runs its scripts with the path of its own main file in npm_execpath.
  const main = process.env["npm_execpath"];
  if (main?.endsWith("npm-cli.js")) {
    return await command(process.execPath, [main, ...args], options);
  }
  if (process.platform !== "win32") return await command("npm", args, options);
  // Elsewhere, on Windows, npm is a .cmd file, which a shell runs. Paths may have spaces.
  const quoted = args.map((arg) => `"${arg}"`);
  return await command("npm", quoted, { ...options, shell: true });
}
