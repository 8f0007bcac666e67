import { commands, type Code, type Problem } from '../../bindings';
import type { Answer, Backend } from '..';

/** A command that is refused, with the problem people read. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(code: Code, detail: string, more: Partial<Problem> = {}) {
    super(detail);
    this.problem = { type: `urn:lanedesk:${code}`, title: code, status: 409, detail, code, ...more };
  }
}

export const ok = <T>(data: T): Promise<Answer<T>> => Promise.resolve({ ok: true, data });
export const no = <T>(...why: ConstructorParameters<typeof Refusal>): Promise<Answer<T>> =>
  Promise.resolve({ ok: false, problem: new Refusal(...why).problem });

/** Commands as they are written down here: each gives its data, now or later, or throws its refusal. */
export type Rooms = {
  [K in keyof Backend]?: Backend[K] extends (...args: infer A) => Promise<Answer<infer D>>
    ? (...args: A) => [D] extends [null] ? unknown : D | Promise<D>
    : never;
};

type Run = (...args: unknown[]) => unknown;

/** The door to what was written down; every other command is done at once and changes nothing. */
export function door(rooms: Rooms): Omit<Backend, 'mobile' | 'pictureUrl' | 'listen'> {
  const asked =
    (run: Run) =>
    (...args: unknown[]) => {
      try {
        const data = run(...args);
        return data instanceof Promise ? data.then(ok) : ok(data);
      } catch (error) {
        if (error instanceof Refusal) return Promise.resolve({ ok: false, problem: error.problem });
        throw error;
      }
    };
  const runs = { ...Object.fromEntries(Object.keys(commands).map((name) => [name, () => null])), ...rooms };
  return Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, asked(run as Run)])) as never;
}
