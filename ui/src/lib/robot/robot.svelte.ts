import type { Backend, Frame, OrderResult, Problem, RobotCommand } from '$lib/backend';

export interface RobotNews {
  id: string;
  /** The command's `type`. */
  command: RobotCommand['type'];
  result: OrderResult;
  /** What the robot or the hub said; empty where nothing. */
  detail: string;
  at: string;
}

/** What was told to the lane's robot last, and what became of it. Never repeated by itself (R26). */
export class RobotDesk {
  /** The command on its way; one at a time, so that one press is one command. */
  sending = $state<RobotCommand['type'] | null>(null);
  news = $state<RobotNews | null>(null);
  /** The hub did not pass it on. */
  refused = $state<{ command: RobotCommand['type']; problem: Problem } | null>(null);

  #backend: Backend;
  #visit = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async press(caseId: string, command: RobotCommand): Promise<boolean> {
    if (this.sending) return false;
    const visit = this.#visit;
    this.sending = command.type;
    this.refused = null;
    const answer = await this.#backend.pressRobot(caseId, command);
    if (visit !== this.#visit) return false;
    this.sending = null;
    if (!answer.ok) {
      this.news = null;
      this.refused = { command: command.type, problem: answer.problem };
      return false;
    }
    const { id, result, detail, at } = answer.data;
    this.news = { id, command: command.type, result, detail, at };
    return result === 'accepted';
  }

  /** A late word of the robot turns an unknown result into what it was. */
  hear(frame: Frame): void {
    if (frame.type !== 'order' || frame.order_id !== this.news?.id || this.news.result !== 'unknown') return;
    this.news = { ...this.news, result: frame.result, detail: frame.detail };
  }

  /** Another lane, or idle: what was told belongs to the page before. */
  forget(): void {
    this.#visit += 1;
    this.sending = null;
    this.news = null;
    this.refused = null;
  }
}
