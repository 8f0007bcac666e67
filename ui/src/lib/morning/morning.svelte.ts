import type {
  Backend,
  CaseStatistics,
  CasesBy,
  Cash,
  CashTotal,
  ExportDone,
  ExportFormat,
  Morning,
  Problem,
  WorkFilter,
} from '$lib/backend';
import { Listing } from '$lib/ui/listing.svelte';
import { dayBegins, dayBeside, dayOf, stamp } from '$lib/ui/format';

export const counted: readonly CasesBy[] = ['outcome', 'lot', 'hour', 'person'];

/** A day of the lot's from its first moment to the one after its last. */
export function wholeDay(day: string): { from: string; to: string } {
  return { from: stamp(dayBegins(day)), to: stamp(dayBegins(day, 1)) };
}

/** What a supervisor looks at each morning: a day's figures beside their own past, cases, and cash (R39). */
export class Mornings {
  day = $state('');
  lot = $state('');
  morning = $state.raw<Morning | null>(null);
  cases = $state.raw<Partial<Record<CasesBy, CaseStatistics>>>({});
  totals = $state.raw<CashTotal[]>([]);
  /** The figures could not be read. */
  problem = $state<Problem | null>(null);
  /** The file could not be written. */
  refused = $state<Problem | null>(null);
  exporting = $state(false);
  done = $state.raw<ExportDone | null>(null);
  readonly cash: Listing<Cash>;
  #backend: Backend;
  #run = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.cash = new Listing((cursor) => backend.cash({ ...this.#filter, ...(cursor ? { cursor } : {}) }));
  }

  get #filter(): WorkFilter {
    return { ...wholeDay(this.day), ...(this.lot ? { lot: this.lot } : {}) };
  }

  /** Yesterday, unless another day was chosen: today is not over. */
  async load(now: number, day = this.day || dayBeside(dayOf(now), -1), lot = this.lot): Promise<void> {
    const run = ++this.#run;
    this.day = day;
    this.lot = lot;
    this.done = null;
    this.refused = null;
    if (this.morning?.day !== day) this.morning = null;
    const [morning, totals, ...cases] = await Promise.all([
      this.#backend.morning(day, lot || null),
      this.#backend.cashTotals(this.#filter),
      ...counted.map((by) => this.#backend.caseStatistics(this.#filter, by)),
      this.cash.load(),
    ]);
    if (run !== this.#run) return;
    this.problem = morning.ok ? null : morning.problem;
    if (morning.ok) this.morning = morning.data;
    this.totals = totals.ok ? totals.data : [];
    const found: Partial<Record<CasesBy, CaseStatistics>> = {};
    counted.forEach((by, at) => {
      const answer = cases[at];
      if (answer && 'ok' in answer && answer.ok) found[by] = answer.data;
    });
    this.cases = found;
  }

  async export(format: ExportFormat): Promise<void> {
    if (this.exporting) return;
    this.exporting = true;
    this.done = null;
    this.refused = null;
    const { day } = this;
    const answer = await this.#backend.exportMorning(day, format);
    this.exporting = false;
    // Another day is looked at by now; the file lies where files lie.
    if (day !== this.day) return;
    if (answer.ok) this.done = answer.data;
    else this.refused = answer.problem;
  }
}
