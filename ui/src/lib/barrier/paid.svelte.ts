import type { View } from '$lib/backend';
import { stamp } from '$lib/ui/format';

export interface PaidNews {
  stay: string;
  /** What has come in since the page last asked for money, in 分. */
  sum: number;
  at: string;
}

/** Notices the payment that turns a page from owing to paid, so that nobody has to look for it (scene 2). */
export class Paid {
  news = $state<PaidNews | null>(null);

  /** The page before and after something was told. */
  see(before: View | null, after: View | null, now: number): void {
    const was = before?.payment;
    const is = after?.payment;
    if (before?.lane.id !== after?.lane.id || (is && this.news && this.news.stay !== is.stay)) this.news = null;
    if (!was || !is || was.stay !== is.stay || before?.lane.id !== after?.lane.id) return;
    if (was.due_fen > 0 && is.due_fen === 0 && is.paid_fen > was.paid_fen)
      this.news = {
        stay: is.stay,
        sum: is.paid_fen - was.paid_fen,
        at: is.paid_at ?? stamp(now),
      };
    else if (is.due_fen > 0) this.news = null;
  }

  forget(): void {
    this.news = null;
  }
}
