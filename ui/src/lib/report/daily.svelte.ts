import type { Backend, Problem, Report } from '$lib/backend';
import { dayBeside, dayOf } from '$lib/ui/format';

/** The report of one day, which a supervisor reads each morning and says so by name. */
export class Daily {
  day = $state('');
  report = $state.raw<Report | null>(null);
  problem = $state<Problem | null>(null);
  busy = $state(false);
  #backend: Backend;
  #run = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Yesterday, unless another day was chosen: today is not over. */
  async load(now: number, day = this.day || dayBeside(dayOf(now), -1)): Promise<void> {
    const run = ++this.#run;
    this.day = day;
    this.problem = null;
    if (this.report?.day !== day) this.report = null;
    const answer = await this.#backend.report(day);
    if (run !== this.#run) return;
    if (answer.ok) this.report = answer.data;
    else this.problem = answer.problem;
  }

  acknowledgedBy(person: string | undefined): boolean {
    return this.report?.acknowledged.some((word) => word.by.id === person) ?? false;
  }

  async acknowledge(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    const { day } = this;
    const answer = await this.#backend.acknowledgeReport(day);
    this.busy = false;
    // Another day is read by now.
    if (day !== this.day) return;
    if (answer.ok) this.report = answer.data;
    else this.problem = answer.problem;
  }
}
