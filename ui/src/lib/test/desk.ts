/** The demo lot with its office: for vitest, and for `npm run dev` in a plain browser. */
import type { Backend, Cash, Debt, Help, Maintenance, PendingChange, SiteChange, Warning } from '$lib/backend';
import { Lot, type Script as LotScript } from '$lib/backend/memory/lot';
import { memoryBackend } from '$lib/backend/memory/memory';
import { sampleApproval } from '$lib/backend/memory/record';
import { Refusal } from '$lib/backend/memory/rooms';
import { ago, at, chenyu } from '$lib/backend/memory/sample';
import { account } from './account';
import { board, devices, figures, repair } from './office';
import { record, sampleDebts, sampleWarnings } from './record';
import { site } from './site';
import { tables } from './site-tables';

export interface Script extends LotScript {
  /** What is dangerous wants the password first. */
  reentry?: boolean;
  /** Somebody else changes the row one edits, just before it is saved. */
  meanwhile?: boolean;
  /** The file that is imported has bad rows. */
  badRows?: boolean;
  /** Nobody asks for help. */
  noHelp?: boolean;
  secondFactor?: boolean;
  /** Rows of an import were changed since. */
  moved?: boolean;
}

/** What stands in the office of the demo lot. */
export class Office extends Lot {
  site = tables();
  changes: SiteChange[] = [];
  /** What weakens a rule of control and waits. */
  pending: PendingChange[] = [];
  /** The password was entered once more. */
  confirmed = false;
  asking: Help[];
  repairs: Maintenance[] = [repair(this, 'cam-N01', '镜头进水，画面模糊')];
  taken: Cash[] = [];
  filed: Debt[] = sampleDebts();
  told: Warning[] = sampleWarnings();
  readonly #script: Script;

  constructor(script: Script) {
    super(script);
    this.#script = script;
    this.asked = [sampleApproval()];
    const note = { by: chenyu, note: '司机说月卡已续费', at: ago(95) };
    this.asking = script.noHelp ? [] : [{ case: 'case-W01', ...at('W01'), ...note }];
  }

  /** Whatever stood in the way of taking an import back is gone. */
  letGo(): void {
    this.#script.moved = false;
  }

  /** Refuses what is dangerous until the password was entered once more. */
  guards(): void {
    if (this.#script.reentry && !this.confirmed)
      throw new Refusal('password_required', '请再次输入密码。', { status: 403 });
  }
}

export type MemoryBackend = Backend & Office;

export const MemoryBackend = function (script: Script = {}): MemoryBackend {
  const lot = new Office(script);
  const rooms = [account, site, record, board, devices, figures].map((room) => room(lot, script));
  return memoryBackend(lot, script, Object.assign({}, ...rooms));
} as unknown as new (script?: Script) => MemoryBackend;
