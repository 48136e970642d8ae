/// <reference lib="deno.ns" />
// Runs on Windows Deno: starts a program with real Windows pipes and passes the bytes on from and to its own standard streams,
// which under Wine may be pipes of the host that not every runtime can read (see `needsRelay` in under_wine.ts).

const [program = "", ...args] = Deno.args;
const child = new Deno.Command(program, {
  args,
  stdin: "piped",
  stdout: "piped",
  stderr: "piped",
}).spawn();

// A program may end without having read its input, and the reader of its output may end before it.
const broken = () => {};
Deno.stdin.readable.pipeTo(child.stdin).catch(broken);
await Promise.all([
  child.stdout.pipeTo(Deno.stdout.writable).catch(broken),
  child.stderr.pipeTo(Deno.stderr.writable).catch(broken),
]);
Deno.exit((await child.status).code);
