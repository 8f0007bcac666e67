import type { Backend, Frame, OrderResult, Problem, RobotCommand } from '$lib/backend';
import { ByCase } from '$lib/case/by-case.svelte';
import { t } from '$lib/messages/words.svelte';
import type { Asker, Reply } from '$lib/reply/replies.svelte';

export interface RobotNews {
  id: string;
  /** The command's `type`. */
  command: RobotCommand['type'];
  result: OrderResult;
  /** What the robot or the hub said; empty where nothing. */
  detail: string;
  at: string;
}

/** What a robot's answer comes to. */
export function kindOf(result: OrderResult): 'told' | 'failed' | 'unknown' {
  return result === 'failed' || result === 'refused' ? 'failed' : result === 'unknown' ? 'unknown' : 'told';
}

interface Track {
  asker: Asker;
  sending: RobotCommand['type'] | null;
  news: RobotNews | null;
  refused: { command: RobotCommand['type']; problem: Problem } | null;
}

/**
 * What was told to a case's robot last, and what became of it. Never repeated by itself (R26), and told on no other
 * case's page.
 */
export class RobotDesk {
  #backend: Backend;
  #page: () => Asker | null;
  #tell: (reply: Reply) => void;
  #tracks = new ByCase<Track>();

  constructor(backend: Backend, page: () => Asker | null, tell: (reply: Reply) => void) {
    this.#backend = backend;
    this.#page = page;
    this.#tell = tell;
  }

  get #here(): Track | null {
    return this.#tracks.of(this.#page()?.case);
  }

  /** The command on its way; one at a time, so that one press is one command. */
  get sending(): Track['sending'] {
    return this.#here?.sending ?? null;
  }
  get news(): Track['news'] {
    return this.#here?.news ?? null;
  }
  /** The hub did not pass it on. */
  get refused(): Track['refused'] {
    return this.#here?.refused ?? null;
  }

  async press(command: RobotCommand): Promise<boolean> {
    const asker = this.#page();
    if (!asker?.case || this.sending) return false;
    const { type } = command;
    this.#tracks.put(asker.case, { asker, sending: type, news: this.news, refused: null });
    const answer = await this.#backend.pressRobot(asker.case, command);
    if (!answer.ok) {
      this.#say({ asker, sending: null, news: null, refused: { command: type, problem: answer.problem } });
      return false;
    }
    const { id, result, detail, at } = answer.data;
    this.#say({ asker, sending: null, news: { id, command: type, result, detail, at }, refused: null });
    return result === 'accepted';
  }

  /** A late word of the robot turns an unknown result into what it was. */
  hear(frame: Frame): void {
    if (frame.type !== 'order') return;
    const track = this.#tracks.of(frame.case);
    if (!track?.news || track.news.id !== frame.order_id || track.news.result !== 'unknown') return;
    this.#say({ ...track, news: { ...track.news, result: frame.result, detail: frame.detail } });
  }

  /** The session is over. */
  forget(): void {
    this.#tracks.clear();
  }

  #say(track: Track): void {
    const { asker, news, refused } = track;
    if (asker.case) this.#tracks.put(asker.case, track);
    const command = news?.command ?? refused?.command;
    if (!command) return;
    const kind = news ? kindOf(news.result) : 'failed';
    const tones = { told: 'ok', failed: 'danger', unknown: 'attention' } as const;
    this.#tell({
      key: `${asker.lane} ${asker.case} robot`,
      asker,
      tone: tones[kind],
      words: () => t('robot.news', { what: t(`robot_command.${command}`), result: t(`robot.${kind}`) }),
    });
  }
}
