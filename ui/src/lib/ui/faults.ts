import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import type { Problem } from '$lib/backend';

/** Codes that are about one field by themselves. */
const ABOUT: Partial<Record<Problem['code'], string>> = {
  reason_required: 'reason',
  remark_required: 'remark',
  evidence_required: 'photos',
  seat_taken: 'number',
};

const fieldOf = (problem: Problem): string | null => problem.field ?? ABOUT[problem.code] ?? null;

/** What the hub has against one field of a form. */
export function faultOf(problem: Problem | null, field: string): string | null {
  const named = problem?.faults?.find((fault) => fault.column === field);
  if (named) return named.words;
  return problem && fieldOf(problem) === field && !problem.faults?.length ? problem.detail : null;
}

/** What none of the form's fields can say. */
export function restOf(problem: Problem | null, shown: readonly string[]): string | null {
  if (!problem) return null;
  const all = problem.faults ?? [];
  const left = all.filter((fault) => !fault.column || !shown.includes(fault.column));
  if (left.length > 0) return left.map((fault) => fault.words).join(' ');
  return all.length > 0 || shown.includes(fieldOf(problem) ?? '') ? null : problem.detail;
}

/** What ties a field to the sentences beneath it: those who hear the page are told with the field what is wrong with it. */
export interface Tied {
  'aria-invalid': true | undefined;
  'aria-describedby': string | undefined;
}

/** What is wrong (`ID-fault`) is heard before what might help (`ID-hint`). */
export function tied(id: string, wrong: boolean, hinted = false): Tied {
  const told = [wrong ? `${id}-fault` : '', hinted ? `${id}-hint` : ''].filter(Boolean).join(' ');
  return { 'aria-invalid': wrong || undefined, 'aria-describedby': told || undefined };
}

/** Leads to the first wrong field of a form each time something new is against it. */
export function led(against: unknown): Attachment<HTMLElement> {
  return (form) => {
    if (!against) return;
    untrack(() => form.querySelector<HTMLElement>('[aria-invalid="true"]:not(:disabled)')?.focus());
  };
}
