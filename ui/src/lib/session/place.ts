import type { Person } from '$lib/backend';

/** The pages of the desk. */
export type Place = 'desk' | 'openings' | 'approvals';

/** Who answers releases that ask for leave. */
export function approves(person: Person | null): boolean {
  return person?.role === 'supervisor';
}

/** Who sees everybody's openings, with counts, warnings, rises and debts; everybody else sees their own. */
export function seesAll(person: Person | null): boolean {
  return person?.role === 'supervisor' || person?.role === 'admin';
}

/** The pages of a person, in the order of the bar. */
export function placesOf(person: Person | null): Place[] {
  return approves(person) ? ['desk', 'openings', 'approvals'] : ['desk', 'openings'];
}
