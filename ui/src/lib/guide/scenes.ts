import type { App } from '$lib/app.svelte';
import type { MemoryBackend } from '$lib/backend/memory/memory';
import type { Role } from '$lib/backend';
import type { PlainKey } from '$lib/messages/words.svelte';

export type SceneName = 'pass' | 'call' | 'release';

/** What a step looks at and does: the practice page and its demo lot. */
export interface Stage {
  app: App;
  backend: MemoryBackend;
}

export interface Step {
  say: PlainKey;
  /** The control it is about: the first of these that is in sight. */
  at: readonly string[];
  /** What the demo lot does when the step begins. */
  begin?: (stage: Stage) => void;
  /** True once the person has done it; a step without it is left with 「下一步」. */
  done?: (stage: Stage) => boolean;
}

const seen = (testid: string): boolean => document.querySelector(`[data-testid="${testid}"]`) !== null;
const held = ({ app }: Stage) => app.lane.mode === 'mine';
const idle = ({ app }: Stage) => app.lane.mode === 'idle';
// Each stays true once it was done: the page is looked at five times a second only, and a quick hand may be two
// steps ahead by then.
const ordered = ({ app }: Stage) => app.order !== null;
const through = (stage: Stage) => stage.app.step === 'close' || idle(stage);

const search: Step = { say: 'guide.search', at: ['search-input'], done: (stage) => seen('claim-E02') || held(stage) };
const claim: Step = { say: 'guide.claim', at: ['claim-E02', 'tile-E02'], done: held };
const opening: readonly Step[] = [
  { say: 'guide.open', at: ['open-button'], done: (stage) => stage.app.press.phase === 'asking' || ordered(stage) },
  { say: 'guide.confirm', at: ['confirm-sheet'], done: ordered },
  { say: 'guide.result', at: ['order-result', 'open-button'] },
  { say: 'guide.passed', at: ['mark-passed', 'order-result'], done: through },
];
const close: Step = { say: 'guide.close', at: ['close-confirm', 'close-case', 'more-close-case', 'more'], done: idle };

/** The guide's three scenes, each played on the demo lot by whom it is for. */
export const scenes: Record<SceneName, { role: Role; title: PlainKey; about: PlainKey; steps: readonly Step[] }> = {
  pass: {
    role: 'lot_staff',
    title: 'guide.pass_title',
    about: 'guide.pass_about',
    steps: [
      search,
      claim,
      { say: 'guide.look', at: ['pictures'] },
      {
        say: 'guide.correct',
        at: ['plate-save', 'plate-cell-3'],
        done: ({ app }) => app.lane.view?.assessment === 'pass_valid',
      },
      { say: 'guide.verdict', at: ['verdict'] },
      ...opening,
      close,
    ],
  },
  call: {
    role: 'agent',
    title: 'guide.call_title',
    about: 'guide.call_about',
    steps: [
      {
        say: 'guide.rings',
        at: ['call-banner', 'lot-name'],
        begin: ({ backend }) => void backend.ring('S01'),
        done: held,
      },
      { say: 'guide.who', at: ['lot-name', 'verdict'] },
      { say: 'guide.camera', at: ['environment-switch', 'environment'], done: ({ app }) => app.live.on },
      {
        say: 'guide.qr',
        at: ['push-qr', 'hold-up-qr', 'more'],
        done: ({ backend }) => backend.robotTold.length > 0 || seen('qr-code'),
      },
      {
        say: 'guide.paid',
        at: ['due', 'verdict'],
        begin: ({ backend }) => setTimeout(() => backend.pay(), 2500),
        done: ({ app }) => app.lane.view?.payment?.due_fen === 0,
      },
      ...opening,
      {
        ...close,
        say: 'guide.hang_up',
        begin: ({ backend }) => {
          const call = backend.callsNow.find((each) => each.state === 'ringing' || each.state === 'live');
          if (call) backend.becomes(call.id, { state: 'ended', ended_at: new Date().toISOString() });
        },
      },
    ],
  },
  release: {
    role: 'lot_staff',
    title: 'guide.release_title',
    about: 'guide.release_about',
    steps: [
      search,
      claim,
      { say: 'guide.no_entry', at: ['verdict'] },
      {
        say: 'guide.release',
        at: ['release-open', 'more-release', 'more'],
        done: ({ app }) => app.release.open,
      },
      { say: 'guide.reason', at: ['release-reasons'], done: ({ app }) => app.release.reason !== null },
      { say: 'guide.remark', at: ['release-remark'], done: ({ app }) => app.release.remark.trim() !== '' },
      { say: 'guide.photo', at: ['photo-shutter', 'release-photos'], done: ({ backend }) => backend.photos.length > 0 },
      {
        say: 'guide.submit',
        at: ['release-submit'],
        done: (stage) => stage.app.release.phase === 'asking' || ordered(stage),
      },
      { say: 'guide.release_confirm', at: ['release-confirm-sheet'], done: ordered },
      { say: 'guide.passed', at: ['mark-passed', 'order-result'], done: through },
      close,
      {
        say: 'guide.listed',
        at: ['nav-openings', 'tab-openings'],
        done: ({ app }) => app.place === 'openings',
      },
    ],
  },
};
