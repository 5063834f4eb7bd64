import { runs } from '../effort.ts';
import { drawnScenario } from './drawn.ts';
import { playInNode } from './node-stage.ts';
import { playedOver } from './played-over.ts';

/** `HEARD_SEED=7` plays the drawn scenarios from that seed on. */
const first = Number(process.env['HEARD_SEED'] ?? 1);
const { numRuns } = runs(6);

playedOver(
  Array.from({ length: numRuns }, (_, at) => drawnScenario(first + at)),
  playInNode,
);
