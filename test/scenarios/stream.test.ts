import { playInNode } from './node-stage.ts';
import { playedOver } from './played-over.ts';
import { scenarios } from './scenarios.ts';

playedOver(scenarios.stream, playInNode);
