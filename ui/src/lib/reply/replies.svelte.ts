import type { Answer } from '$lib/backend';
import { t, type PlainKey } from '$lib/messages/words.svelte';
import { clause } from '$lib/ui/format';

/** For what something was asked: the lane and the case on the page at that moment. */
export interface Asker {
  lane: string;
  case: string | null;
  /** Lot and lane, as people say it. */
  name: string;
  /** The plate read there then: by it the next vehicle at the same lane is told from this one. */
  read: string | null;
}

export interface Reply {
  /** One line for each thing asked: what comes later of it takes the line's place. */
  key: string;
  asker: Asker;
  tone: 'info' | 'ok' | 'danger' | 'attention';
  /** Made anew when the language changes. */
  words: () => string;
}

/** Lines kept at most; the oldest go first. */
const MOST = 5;

/** Answers to what was asked on a page that is no longer in sight. They never come into the page that is. */
export class Replies {
  items = $state.raw<readonly Reply[]>([]);
  #shows: (asker: Asker) => boolean;

  constructor(shows: (asker: Asker) => boolean) {
    this.#shows = shows;
  }

  tell(reply: Reply): void {
    const others = this.items.filter((each) => each.key !== reply.key);
    this.items = this.#shows(reply.asker) ? others : [reply, ...others].slice(0, MOST);
  }

  /** What became of a step that has no words of its own. */
  answered(asker: Asker, step: PlainKey, answer: Answer<unknown>): void {
    this.tell({
      key: `${asker.lane} ${asker.case} ${step}`,
      asker,
      tone: answer.ok ? 'ok' : 'danger',
      words: () =>
        answer.ok
          ? t('reply.done', { what: t(step) })
          : t('reply.failed', { what: t(step), reason: clause(answer.problem.detail) }),
    });
  }

  /** Asks something for a page, and tells what came of it where the person is elsewhere by then. */
  async ask<T>(asker: Asker | null, step: PlainKey, run: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const answer = await run();
    if (asker) this.answered(asker, step, answer);
    return answer;
  }

  drop(key: string): void {
    this.items = this.items.filter((each) => each.key !== key);
  }

  /** What belongs to the page in sight stands on that page. */
  settle(): void {
    if (this.items.some((each) => this.#shows(each.asker)))
      this.items = this.items.filter((each) => !this.#shows(each.asker));
  }

  forget(): void {
    this.items = [];
  }
}
