import type { App } from '$lib/app.svelte';
import type { LeadsTo } from '$lib/backend';
import { nothing, type Wanted } from '$lib/opening/filter';

const kept = ['lot', 'lane', 'plate', 'kind', 'reason', 'direction', 'person', 'source', 'result'];
const flags = ['unpaid', 'unresolved'];

/** The openings' filter of that name, as far as the filter row knows it. */
function wanted(filter: LeadsTo['filter'], day: string): Wanted {
  const found: Record<string, unknown> = { ...nothing, span: 'custom', fromDay: day, toDay: day };
  for (const field of kept) if (filter[field]) found[field] = filter[field];
  for (const flag of flags) if (filter[flag] === 'true') found[flag] = 'yes';
  return found as unknown as Wanted;
}

/** Scrolls the page's own part; `scrollIntoView` would move what holds the page still as well. */
function scrollTo(found: Element | null): void {
  const main = found?.closest('main');
  if (!found || !main) return;
  const top = main.scrollTop + found.getBoundingClientRect().top - main.getBoundingClientRect().top;
  main.scrollTo({ top, behavior: 'smooth' });
}

/** A figure leads to its rows: the list that has them, filtered as the figure counts. */
export function lead(app: App, to: LeadsTo, day: string, title: string): void {
  const record = app.record;
  switch (to.rows) {
    case 'rises':
      // Its page has no choice of lot and lane.
      if (to.filter['lot'] || to.filter['lane']) return app.office.past.show(to, title);
    // falls through
    case 'openings':
      record.openings.want(wanted(to.filter, day));
      app.go('openings');
      record.part = to.rows;
      return;
    case 'cash':
      // The day's cash stands on the same page, row by row.
      scrollTo(document.querySelector('#morning-cash'));
      return;
    default:
      app.office.past.show(to, title);
  }
}

/** One opening among them, with its pictures and its trail. */
export function openOne(app: App, id: string): void {
  app.office.past.shut();
  app.go('openings');
  app.record.part = 'openings';
  void app.record.openings.open(id);
}
