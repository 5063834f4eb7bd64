import { Agenda } from './agenda.ts';
import { noFaults, type FaultCounts, type FaultName, type Scenario } from './scenario.ts';

/** How a seed goes: its time, what is about to happen, and the faults that strike until everything is healed. */
export abstract class Course<Happening> {
  protected readonly scenario: Scenario;
  protected readonly faults: FaultCounts = noFaults();
  protected readonly violations: string[] = [];
  protected isHealthy = false;
  protected nowMs = 0;
  private readonly agenda = new Agenda<Happening>();

  constructor(scenario: Scenario) {
    this.scenario = scenario;
  }

  protected abstract happen(happening: Happening): void;

  protected fires(fault: FaultName): boolean {
    if (this.isHealthy || this.scenario.random() >= this.scenario.rates[fault]) return false;
    this.faults[fault] += 1;
    return true;
  }

  protected plan(afterMs: number, happening: Happening): void {
    this.planAt(this.nowMs + afterMs, happening);
  }

  protected planAt(atMs: number, happening: Happening): void {
    this.agenda.plan(atMs, happening);
  }

  protected delayMs(): number {
    return this.isHealthy ? 50 : Math.floor(this.scenario.random() * (this.scenario.delayMs + 100));
  }

  /** Up to then, or to the first violation. */
  protected advance(untilMs: number): void {
    while (this.violations.length === 0 && this.agenda.nextAtMs <= untilMs) {
      const next = this.agenda.next();
      if (next === undefined) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.happen(next.item);
    }
    if (this.violations.length === 0) this.nowMs = untilMs;
  }
}
