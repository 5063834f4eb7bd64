import { gate } from './gate.ts';

gate(0);
