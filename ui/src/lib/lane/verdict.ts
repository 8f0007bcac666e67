import type { View } from '$lib/backend';
import type { IconName } from '$lib/ui/icons';
import { day, hhmm, money, price, span, ms } from '$lib/ui/format';
import { t } from '$lib/messages/words.svelte';
import { directionOf, notRead, offers, owes } from './offers';

export type Tone = 'ok' | 'attention' | 'danger' | 'muted';
export interface Verdict {
  tone: Tone;
  icon: IconName;
  title: string;
  /** Facts under the title, most telling first. */
  facts: string[];
}

const say = (tone: Tone, icon: IconName, title: string, ...facts: (string | null | undefined | false)[]): Verdict => ({
  tone,
  icon,
  title,
  facts: facts.filter((fact): fact is string => Boolean(fact)),
});

/** 首小时 ¥5，后每小时 ¥4; null where nothing is charged. */
export function tariffWords(view: View): string | null {
  const tariff = view.lot.tariff;
  if (!tariff) return null;
  const first = price(tariff.first_fen);
  const step = price(tariff.step_fen);
  if (tariff.first_minutes === 60 && tariff.step_minutes === 60) return t('tariff.hourly', { first, step });
  return t('tariff.steps', {
    first_minutes: tariff.first_minutes,
    first,
    step_minutes: tariff.step_minutes,
    step,
  });
}

/** 临停 · 待缴费 and the like: paid or owing, said for every vehicle that pays by time. */
function paying(view: View, word: string): Verdict {
  const payment = view.payment;
  if (!payment)
    return say(
      offers(view, 'open') ? 'ok' : 'attention',
      offers(view, 'open') ? 'ok' : 'attention',
      word,
      tariffWords(view),
    );
  const stayed = t('verdict.stayed', { span: span(ms(payment.quoted_at) - ms(payment.entered_at)) });
  if (owes(view)) {
    const rest = payment.paid_fen > 0 && t('verdict.paid_part', { paid: money(payment.paid_fen) });
    return say('attention', 'attention', t('verdict.owing', { word }), stayed, rest || tariffWords(view));
  }
  if (payment.paid_fen > 0) {
    const at = payment.paid_at
      ? t('verdict.paid_at', { paid: money(payment.paid_fen), time: hhmm(payment.paid_at) })
      : t('verdict.paid_sum', { paid: money(payment.paid_fen) });
    return say('ok', 'ok', t('verdict.settled', { word }), at, t('verdict.leave', { minutes: view.lot.leave_minutes }));
  }
  return say('ok', 'ok', t('verdict.nothing_due', { word }), stayed, t('verdict.free'));
}

/** The steps after which another vehicle, or another idea of it, is what the page is about. */
const ANEW = ['plate_read', 'corrected', 'found_by_phone', 'vehicle_chosen', 'ordered'];

/** When the vehicle of this page went through; null while it stands there. What is judged of it afterwards misleads. */
function wentThrough(view: View): string | null {
  const last = view.timeline.findLast((step) => step.what === 'passed' || ANEW.includes(step.what));
  return last?.what === 'passed' ? last.at : null;
}

/** The judgement in large letters, directly above what is due and the one primary button. */
export function verdictOf(view: View): Verdict {
  const pass = view.vehicle?.pass;
  const expired = pass && t('verdict.expired', { date: day(pass.valid_to), days: pass.days_over });
  if (!view.vehicle && !view.picture)
    return say('muted', 'minus', t('verdict.no_vehicle'), t('verdict.no_vehicle_more'));
  const through = wentThrough(view);
  if (through) return say('ok', 'ok', t('verdict.through'), t('verdict.through_at', { time: hhmm(through) }));
  switch (view.assessment) {
    case 'pass_valid': {
      const until = pass && t('verdict.until', { date: day(pass.valid_to) });
      const spaces =
        pass && pass.plates.length > 1 && t('verdict.spaces', { taken: pass.spaces_taken, spaces: pass.spaces });
      const inside = directionOf(view) === 'entry' && view.vehicle?.status === 'inside';
      if (inside) return say('attention', 'attention', t('assessment.pass_valid'), t('verdict.inside'), until);
      return say('ok', 'ok', t('assessment.pass_valid'), until, spaces);
    }
    case 'pass_expired':
      if (owes(view))
        return {
          ...paying(view, t('assessment.pass_expired')),
          facts: [expired, ...paying(view, '').facts.slice(0, 1)].filter(Boolean) as string[],
        };
      return say(
        'attention',
        'attention',
        t('assessment.pass_expired'),
        expired,
        offers(view, 'open') && t('verdict.grace'),
      );
    case 'space_taken':
      if (view.payment) return paying(view, t('assessment.space_taken'));
      return say(
        'attention',
        'attention',
        t('assessment.space_taken'),
        pass && t('verdict.spaces', { taken: pass.spaces_taken, spaces: pass.spaces }),
      );
    case 'temporary':
      if (!view.payment && directionOf(view) === 'entry')
        return say(
          offers(view, 'open') ? 'ok' : 'attention',
          offers(view, 'open') ? 'ok' : 'attention',
          t('assessment.temporary'),
          view.lot.outsiders ? tariffWords(view) : t('verdict.barred'),
        );
      return paying(view, t('verdict.temporary'));
    case 'unlicensed':
      if (view.payment) return paying(view, t('assessment.unlicensed'));
      return say(
        'attention',
        'attention',
        t('assessment.unlicensed'),
        t(directionOf(view) === 'entry' ? 'verdict.unlicensed_entry' : 'verdict.unlicensed_exit'),
      );
    case 'no_entry_record':
      return say(
        'attention',
        'attention',
        t('assessment.no_entry_record'),
        view.candidates.length > 0
          ? t('verdict.candidates', { count: view.candidates.length })
          : t('verdict.no_candidates'),
      );
    case 'vehicle_locked':
      return say('danger', 'lock', t('assessment.vehicle_locked'), t('verdict.vehicle_locked'));
    case 'blacklisted':
      if (directionOf(view) === 'exit' && view.payment) return { ...paying(view, t('assessment.blacklisted')) };
      return say('danger', 'danger', t('assessment.blacklisted'), t('verdict.blacklisted'));
    case 'unknown':
      // Nothing failed: there is no plate to look up yet.
      if (notRead(view)) return say('attention', 'attention', t('verdict.not_read'), t('verdict.not_read_more'));
      return say('attention', 'attention', t('assessment.unknown'), t('verdict.unknown'));
  }
}
