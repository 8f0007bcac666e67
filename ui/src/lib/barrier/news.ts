import type { BarrierAction, Code, Order, Problem, View } from '$lib/backend';
import { t } from '$lib/messages/words.svelte';
import { clause, hhmmss } from '$lib/ui/format';
import type { IconName } from '$lib/ui/icons';

export interface News {
  tone: 'info' | 'ok' | 'danger' | 'attention';
  icon: IconName;
  word: string;
  sentence: string;
  /** What the person can do about it. */
  offer: 'call' | 'look' | null;
}

/** Faults after which nobody knows whether the hub sent the order. */
const unsure: ReadonlySet<Code> = new Set<Code>(['internal', 'desk_fault', 'hub_unreachable']);

/** Refused by the hub: nothing reached the barrier. Where that is not certain, the result is unknown, never "not opened". */
export function newsOfProblem(action: BarrierAction, problem: Problem): News {
  if (unsure.has(problem.code)) return unknown(action);
  const key = action === 'open' ? 'order.refused_by_hub' : 'order.close_refused_by_hub';
  return {
    tone: 'danger',
    icon: 'danger',
    word: t('result.refused'),
    sentence: t(key, { reason: clause(problem.detail) }),
    offer: null,
  };
}

function unknown(action: BarrierAction): News {
  const sentence = t(action === 'open' ? 'order.unknown' : 'order.close_unknown');
  return { tone: 'attention', icon: 'attention', word: t('result.unknown'), sentence, offer: 'look' };
}

/** The same in a word, for the strip of what was asked elsewhere. */
export function wordOfProblem(problem: Problem): { tone: News['tone']; words: () => string } {
  if (unsure.has(problem.code)) return { tone: 'attention', words: () => t('result.unknown') };
  return {
    tone: 'danger',
    words: () => t('reply.refused', { result: t('result.refused'), reason: clause(problem.detail) }),
  };
}

export function wordOf(order: Order): { tone: News['tone']; words: () => string } {
  const tones = { running: 'info', accepted: 'info', opened: 'ok', closed: 'ok', unknown: 'attention' } as const;
  const tone = order.result === 'refused' || order.result === 'failed' ? 'danger' : tones[order.result];
  const reason = clause(order.detail);
  return {
    tone,
    words: () =>
      tone === 'danger' && reason
        ? t('reply.refused', { result: t(`result.${order.result}`), reason })
        : t(`result.${order.result}`),
  };
}

/** How an order stands, in words. */
export function newsOf(order: Order, view: View): News {
  const open = order.action === 'open';
  const manager = view.lot.manager;
  const reason = clause(order.detail) || t('order.no_reason');
  switch (order.result) {
    case 'running':
    case 'accepted':
      return {
        tone: 'info',
        icon: 'info',
        word: t('result.accepted'),
        sentence: t(open ? 'order.accepted' : 'order.close_accepted'),
        offer: null,
      };
    case 'opened':
    case 'closed':
      return {
        tone: 'ok',
        icon: 'ok',
        word: t(`result.${order.result}`),
        sentence: t(`order.${order.result}`, { time: hhmmss(order.at) }),
        offer: null,
      };
    case 'refused':
      return {
        tone: 'danger',
        icon: 'danger',
        word: t('result.refused'),
        sentence: t('order.refused_by_device', { reason, manager }),
        offer: 'call',
      };
    case 'failed':
      return {
        tone: 'danger',
        icon: 'danger',
        word: t('result.failed'),
        sentence: t('order.failed', { reason, manager }),
        offer: 'call',
      };
    case 'unknown':
      return unknown(order.action);
  }
}
