import type { Answer, Backend, Cash, Problem } from '$lib/backend';

/** 代收现金: what a guard took at the gate, against the stay (R39). */
export class TakingCash {
  busy = $state(false);
  problem = $state<Problem | null>(null);
  /** The last one that was recorded, to be said on the page. */
  last = $state.raw<Cash | null>(null);
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async take(caseId: string, amountFen: number): Promise<Answer<Cash>> {
    this.busy = true;
    this.problem = null;
    const answer = await this.#backend.takeCash(caseId, amountFen);
    this.busy = false;
    if (answer.ok) this.last = answer.data;
    else this.problem = answer.problem;
    return answer;
  }
}
