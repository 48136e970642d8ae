// Workers that wait for work.

/** Words of the shared memory: grows by one when there is work. */
export const TURN = 0;
/** How many are at work. */
export const WORKING = 1;
/** How many requests each is to make, or `END`. */
export const COUNT = 2;
/** How many have failed. */
export const FAILED = 3;

/** Work that is none. */
export const END = -1;

/** What a Worker gets. */
export interface Task {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly way: string;
  readonly path: string;
  /** The length of a request. */
  readonly length: number;
  /** The first of the requests of the file that are rewritten. */
  readonly first: number;
}

/** Workers with a task each, which all do at the same time. This thread waits for them without an event loop. */
export class Crew {
  readonly #workers: Worker[];
  readonly #words: Int32Array<SharedArrayBuffer>;

  private constructor(
    workers: Worker[],
    words: Int32Array<SharedArrayBuffer>,
  ) {
    this.#workers = workers;
    this.#words = words;
  }

  /** Starts a Worker for each task, and waits until all are ready. */
  static async begin(tasks: readonly Omit<Task, "words">[]): Promise<Crew> {
    const words = new Int32Array(new SharedArrayBuffer(16));
    const workers: Worker[] = [];
    try {
      const ready = tasks.map((task) => {
        const url = new URL("./crew_worker.ts", import.meta.url);
        const worker = new Worker(url, { type: "module" });
        workers.push(worker);
        const answered = answer(worker);
        worker.postMessage({ ...task, words } satisfies Task);
        return answered;
      });
      await Promise.all(ready);
      return new Crew(workers, words);
    } catch (error) {
      for (const worker of workers) worker.terminate();
      throw error;
    }
  }

  /** Has each Worker make so many requests. */
  run(each: number): void {
    this.#ask(each);
    const words = this.#words;
    for (let left; (left = Atomics.load(words, WORKING)) > 0;) {
      Atomics.wait(words, WORKING, left);
    }
    if (Atomics.load(words, FAILED) > 0) {
      throw new Error("A request in a Worker failed or was cut short");
    }
  }

  /** Has the Workers close their files, and ends them. */
  async end(): Promise<void> {
    const closed = this.#workers.map(answer);
    this.#ask(END);
    try {
      await Promise.all(closed);
    } finally {
      for (const worker of this.#workers) worker.terminate();
    }
  }

  #ask(count: number): void {
    const words = this.#words;
    Atomics.store(words, COUNT, count);
    Atomics.store(words, WORKING, this.#workers.length);
    Atomics.add(words, TURN, 1);
    Atomics.notify(words, TURN);
  }
}

/** The next answer of a Worker, which is that all is well, or why not. */
function answer(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<string>) =>
      data === "" ? resolve() : reject(new Error(data));
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`A Worker failed: ${event.message}`));
    };
  });
}
