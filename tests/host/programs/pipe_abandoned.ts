// Ends as Ctrl+C ends a program, while a listener and both ends of a connection wait: pipe_abandoned.ts NAME

import process from "node:process";
import { connectPipe, listenPipe } from "../../../mod.ts";

const [, , name = ""] = process.argv;
const listener = listenPipe(name, { mode: "message" });
const accepted = listener.accept();
const client = await connectPipe(name);
const server = await accepted;
const waits = [
  listener.accept(),
  server.writeMessage(new Uint8Array(2 ** 20)),
  server.readMessage(),
  server.flush(),
];
for (const wait of waits) {
  wait.then(
    () => console.log("it came"),
    ({ message }) => console.log(message),
  );
}
setTimeout(() => {
  console.log(client.closed ? "closed" : "all wait");
  process.kill(process.pid, "SIGINT");
}, 100);
