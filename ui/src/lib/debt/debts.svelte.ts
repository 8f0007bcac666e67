import type { Answer, Backend, Debt, DebtState } from '$lib/backend';
import { Listing } from '$lib/ui/listing.svelte';

/** Follow-up debts (R38): 未处理 first, for that is what somebody has to do something about. */
export class Debts {
  state = $state<DebtState | ''>('open');
  plate = $state('');
  readonly list: Listing<Debt>;
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.list = new Listing((cursor) =>
      backend.debts({
        ...(this.state ? { state: this.state } : {}),
        ...(this.plate.trim() ? { plate: this.plate.trim() } : {}),
        ...(cursor ? { cursor } : {}),
      }),
    );
  }

  get sum(): number {
    return this.list.items.reduce((sum, debt) => sum + (debt.state === 'open' ? debt.amount_fen : 0), 0);
  }

  /** Given up, with a reason that stays with it. Refused, the sheet that asked says so. */
  async waive(id: string, reason: string): Promise<Answer<null>> {
    const answer = await this.#backend.waiveDebt(id, reason.trim());
    if (answer.ok) await this.list.load();
    return answer;
  }
}
