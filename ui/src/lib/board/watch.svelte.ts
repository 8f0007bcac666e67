import type { Backend, Board, Frame, Help, Problem } from '$lib/backend';

/** Many leases change together when a shift begins: ask once for all of them. */
const PAUSE_MS = 400;
const moves = ['lease', 'resync', 'call', 'queue', 'opening', 'rise', 'device', 'help', 'approval'];

/** A device that an alert came for. */
export interface Alert {
  device: string;
  since: string;
  error: string;
}

/** The supervisor's board: it follows the stream while it is open, and hears who needs help all the time (R3). */
export class Watch {
  board = $state.raw<Board | null>(null);
  /** The board could not be read. */
  problem = $state<Problem | null>(null);
  /** An answer was not taken: it stands though the board is read anew, and though the question is gone by then. */
  refused = $state<Problem | null>(null);
  /** Somebody asked for help since one last looked. */
  needs = $state.raw<Help | null>(null);
  alert = $state.raw<Alert | null>(null);
  busy = $state(false);
  /** Whether this person sees the board. */
  mine = $state(false);
  #backend: Backend;
  #open = false;
  #run = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Holders who still wait for an answer. */
  get asking(): Help[] {
    return (this.board?.help ?? []).filter((help) => !help.answered_by);
  }

  enter(): void {
    this.#open = true;
    this.needs = null;
    void this.load();
  }

  leave(): void {
    this.#open = false;
    this.refused = null;
    clearTimeout(this.#timer);
  }

  async load(): Promise<void> {
    const run = ++this.#run;
    const answer = await this.#backend.board();
    if (run !== this.#run) return;
    if (answer.ok) {
      this.board = answer.data;
      this.problem = null;
    } else if (answer.problem.code !== 'hub_unreachable') this.problem = answer.problem;
  }

  hear(frame: Frame): void {
    if (!this.mine) return;
    if (frame.type === 'help') this.#hearHelp(frame.case, frame.help ?? null);
    if (frame.type === 'device_alert') this.alert = { device: frame.device, since: frame.since, error: frame.error };
    if (frame.type === 'device' && frame.online && this.alert?.device === frame.device) this.alert = null;
    if (!moves.includes(frame.type) || !(this.#open || frame.type === 'help')) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), PAUSE_MS);
  }

  async answer(caseId: string, note: string): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.refused = null;
    const answer = await this.#backend.answerHelp(caseId, note.trim());
    this.busy = false;
    if (!answer.ok) this.refused = answer.problem;
    else if (this.needs?.case === caseId) this.needs = null;
    await this.load();
    return answer.ok;
  }

  forget(): void {
    this.leave();
    this.#run += 1;
    this.board = null;
    this.problem = null;
    this.needs = null;
    this.alert = null;
    this.mine = false;
  }

  #hearHelp(caseId: string, help: Help | null): void {
    if (help && !help.answered_by) this.needs = help;
    else if (this.needs?.case === caseId) this.needs = null;
  }
}
