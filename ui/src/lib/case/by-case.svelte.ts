/** More cases than one person has under way; of those before, nothing is waited for any more. */
const MOST = 8;

/** What is known of the last few cases, each under its own: an answer that comes late finds the case it was asked for. */
export class ByCase<T extends object> {
  #all = $state.raw<readonly (readonly [caseId: string, known: T])[]>([]);

  of(caseId: string | null | undefined): T | null {
    return this.#all.find(([id]) => id === caseId)?.[1] ?? null;
  }

  put(caseId: string, known: T): void {
    this.#all = [...this.#all.filter(([id]) => id !== caseId), [caseId, known] as const].slice(-MOST);
  }

  clear(): void {
    this.#all = [];
  }
}
