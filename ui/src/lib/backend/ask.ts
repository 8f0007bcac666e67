import type { Problem } from '../bindings';
import type { Answer } from './backend';

type Told<T> = { status: 'ok'; data: T } | { status: 'error'; error: Problem };

/** A command that throws broke inside the desk: that too becomes a problem with words, never an unhandled rejection. */
export async function ask<T>(command: Promise<Told<T>>): Promise<Answer<T>> {
  try {
    const told = await command;
    return told.status === 'ok' ? { ok: true, data: told.data } : { ok: false, problem: told.error };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const problem: Problem = { type: 'urn:lanedesk:desk_fault', title: 'desk', status: 0, detail, code: 'desk_fault' };
    return { ok: false, problem };
  }
}

/** A command called by hand: what it throws with a code is its answer. */
export function told<T>(command: Promise<T>): Promise<Told<T>> {
  return command.then(
    (data) => ({ status: 'ok', data }) as const,
    (error: unknown) => {
      if (typeof error === 'object' && error !== null && 'code' in error)
        return { status: 'error', error: error as Problem } as const;
      throw error;
    },
  );
}
