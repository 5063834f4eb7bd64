import { playedOver } from './played-over.ts';

playedOver('pusher');
