import { playedOver } from './played-over.ts';

playedOver('socket-io');
