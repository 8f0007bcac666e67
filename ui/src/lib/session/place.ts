import type { Permission, Person } from '$lib/backend';

/** The pages of the desk. */
export type Place = 'desk' | 'board' | 'openings' | 'approvals' | 'morning' | 'settings';

/** What a person may do, as the hub's own table says: the page offers nothing that would be refused. */
export function may(person: Person | null, permission: Permission): boolean {
  return person?.permissions?.includes(permission) ?? false;
}

/** Who answers releases that ask for leave. */
export function approves(person: Person | null): boolean {
  return may(person, 'approve');
}

/** Who ends the waiting for photos that are overdue (R24). */
export function closesPhotos(person: Person | null): boolean {
  return may(person, 'close_photos');
}

/** Who sees everybody's openings, with counts, warnings, rises and debts; everybody else sees their own. */
export function seesAll(person: Person | null): boolean {
  return may(person, 'openings_of_others');
}

/** Who sees calls and seats: lot staff get no calls and see no queue (R1). */
export function seesCalls(person: Person | null): boolean {
  return may(person, 'see_queue');
}

/** Who works lanes by querying alone, with neither seat nor queue: their own few lanes are what they look for (R1). */
export function worksByQuery(person: Person | null): boolean {
  return may(person, 'claim') && !may(person, 'see_queue');
}

/** The pages of a person, in the order of the bar. */
export function placesOf(person: Person | null): Place[] {
  const places: [Place, boolean][] = [
    ['desk', true],
    ['board', may(person, 'board')],
    ['openings', true],
    ['approvals', approves(person)],
    ['morning', may(person, 'board')],
    ['settings', may(person, 'configure')],
  ];
  return places.flatMap(([place, theirs]) => (theirs ? [place] : []));
}
