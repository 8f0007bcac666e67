import type { Backend, Frame, Opening } from '$lib/backend';
import { Debts } from '$lib/debt/debts.svelte';
import { Daily } from '$lib/report/daily.svelte';
import { Rises } from '$lib/rise/rises.svelte';
import { Warnings } from '$lib/warning/warnings.svelte';
import { Exporting } from './exporting.svelte';
import { Openings } from './openings.svelte';
import { Owed } from './owed.svelte';

/** The parts of the openings page. */
export const recordParts = ['openings', 'warnings', 'rises', 'debts', 'report', 'audit'] as const;
export type Part = (typeof recordParts)[number];

/** Everything the openings page shows. */
export class RecordParts {
  part = $state<Part>('openings');
  readonly openings: Openings;
  readonly owed: Owed;
  readonly exporting: Exporting;
  readonly warnings: Warnings;
  readonly rises: Rises;
  readonly debts: Debts;
  readonly daily: Daily;

  constructor(backend: Backend, now: () => number) {
    this.openings = new Openings(backend, now);
    this.owed = new Owed(backend);
    this.exporting = new Exporting(backend);
    this.warnings = new Warnings(backend);
    this.rises = new Rises(backend, () => this.openings.filter);
    this.debts = new Debts(backend);
    this.daily = new Daily(backend);
  }

  hear(frame: Frame): void {
    this.openings.hear(frame);
    this.owed.hear(frame);
    this.rises.hear(frame);
  }

  /** An opening as the hub has just answered it, wherever it stands. */
  show(opening: Opening): void {
    this.openings.put(opening);
    this.owed.put(opening);
  }

  leave(): void {
    this.openings.leave();
    this.part = 'openings';
  }
}
