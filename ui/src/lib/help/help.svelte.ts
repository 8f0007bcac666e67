import type { Answer, Backend, Frame, Help, Problem } from '$lib/backend';

/** 「需要帮助」 of the person who holds a lane, and what a supervisor answered. */
export class AskedHelp {
  help = $state.raw<Help | null>(null);
  busy = $state(false);
  /** The question could not be taken back. */
  problem = $state<Problem | null>(null);
  #backend: Backend;
  #me: () => string | undefined;

  constructor(backend: Backend, me: () => string | undefined) {
    this.#backend = backend;
    this.#me = me;
  }

  /** What was asked in this case. */
  of(caseId: string | null): Help | null {
    return this.help && this.help.case === caseId ? this.help : null;
  }

  async ask(caseId: string, note: string): Promise<Answer<null>> {
    this.busy = true;
    this.problem = null;
    const answer = await this.#backend.askHelp(caseId, note.trim());
    this.busy = false;
    return answer;
  }

  async drop(): Promise<void> {
    const asked = this.help;
    if (!asked) return;
    // An answer that was read is put away here; a question is taken back on the hub too.
    if (!asked.answered_by) {
      const answer = await this.#backend.dropHelp(asked.case);
      if (!answer.ok) return void (this.problem = answer.problem);
    }
    this.help = null;
  }

  hear(frame: Frame): void {
    if (frame.type !== 'help') return;
    if (frame.help) {
      if (frame.help.by.id === this.#me()) this.help = frame.help;
    } else if (this.help?.case === frame.case && !this.help.answered_by) this.help = null;
  }

  forget(): void {
    this.help = null;
    this.problem = null;
  }
}
