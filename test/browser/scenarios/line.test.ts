import { playedOver } from '../../scenarios/played-over.ts';
import { scenarios } from '../../scenarios/scenarios.ts';
import { playInPage } from './page-stage.ts';

playedOver(scenarios.line, playInPage);
