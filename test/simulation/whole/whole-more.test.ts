import { gate } from './gate.ts';

gate(1);
