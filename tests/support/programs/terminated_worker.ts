// Terminates a Worker that has operations under way, and has nothing more to do.

const url = new URL("../pending_worker.ts", import.meta.url);
const worker = new Worker(url, { type: "module" });
worker.onmessage = ({ data }) => {
  if (data === "ready") {
    worker.postMessage({ folder: "", thread: 0, leavesPending: true });
  } else {
    worker.terminate();
    console.log("terminated");
  }
};
