import type { App } from '$lib/app.svelte';
import type { LeadsTo } from '$lib/backend';
import { nothing, type Wanted } from '$lib/opening/filter';

/** The openings' filter of that name, as far as the filter row knows it. */
function wanted(filter: LeadsTo['filter'], day: string): Wanted {
  const found: Record<string, unknown> = { ...nothing, span: 'custom', fromDay: day, toDay: day };
  for (const field of ['lot', 'lane', 'plate', 'kind', 'reason', 'direction', 'person', 'source', 'result'])
    if (filter[field]) found[field] = filter[field];
  return found as unknown as Wanted;
}

/** A figure leads to its rows: the list that has them, filtered as the figure counts. */
export function lead(app: App, to: LeadsTo, day: string): void {
  const record = app.record;
  switch (to.rows) {
    case 'openings':
    case 'evidence':
    case 'cases':
      record.openings.want(wanted(to.filter, day));
      app.go('openings');
      record.part = 'openings';
      return;
    case 'rises':
      record.openings.want(wanted({}, day));
      app.go('openings');
      record.part = 'rises';
      return;
    case 'debts':
      app.go('openings');
      record.part = 'debts';
      return;
    case 'approvals':
      return app.go('approvals');
    case 'devices':
      app.office.boardPart = 'devices';
      return app.go('board');
    case 'calls':
    case 'stays':
    case 'cash':
      document.querySelector('#morning-cash')?.scrollIntoView({ behavior: 'smooth' });
  }
}
