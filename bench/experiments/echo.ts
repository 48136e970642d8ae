// Clients of a named pipe that send requests to a server, which sends them back.

import type { Experiment } from "../experiment.ts";
import type { Point } from "../schema.ts";
import { nativeEcho, nodeNet, pipeConnection } from "../ways/echoes.ts";

const SIZES = [64, 65_536];
const CLIENTS = [1, 32];

export const echo: Experiment = {
  points: (_quick, runtime) =>
    SIZES.flatMap((bytes) =>
      CLIENTS.map((depth): Point => ({
        ...{ experiment: "echo", runtime, operation: "echo" },
        ...{ pattern: "buffered", bytes, depth },
      }))
    ),
  ways: () => [nativeEcho, pipeConnection, nodeNet],
  pace: ({ depth }, { quick, milliseconds }) => ({
    ...{ loop: "echo", lap: 16 * depth, milliseconds: 1.5 * milliseconds },
    ...quick
      ? { shortestTurn: 2, warmUp: 20, compiling: 40, cpu: 30 }
      : { shortestTurn: 10, warmUp: 80, compiling: 200, cpu: 70 },
  }),
  prepare: ({ bytes, depth }, { library }) => (way) =>
    way.echo!({ length: bytes, clients: depth, library }),
};
