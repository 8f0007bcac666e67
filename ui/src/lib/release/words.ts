import type { Release } from './release.svelte';
import { t } from '$lib/messages/words.svelte';
import { money } from '$lib/ui/format';
import { owed } from './missing';

/** One part of the line that says what will be recorded; `gap` where it is still missing. */
export interface Part {
  text: string;
  gap: boolean;
}

/** 未收 ¥25.00：转后续追缴 · 无进场记录 · 证件照 2 张 · 记入开闸列表，不可删除 */
export function recorded(release: Release, photos: number): Part[] {
  const form = release.form;
  if (!form) return [];
  const parts: Part[] = [];
  const due = owed(form);
  if (due > 0)
    parts.push(
      release.unpaid
        ? {
            text: t('release.line_unpaid', {
              sum: money(due),
              what: t(release.unpaid === 'waive' ? 'unpaid.waive' : 'unpaid.debt'),
            }),
            gap: false,
          }
        : { text: t('release.line_unpaid_open', { sum: money(due) }), gap: true },
    );
  parts.push(
    release.choice ? { text: release.choice.text, gap: false } : { text: t('release.line_no_reason'), gap: true },
  );
  if (form.direction === 'exit' || photos > 0)
    parts.push({ text: t('release.line_photos', { count: photos }), gap: Boolean(release.missing.photos) });
  if (release.bringsLater)
    parts.push({ text: t('release.line_later', { minutes: form.late_photo_minutes ?? 0 }), gap: false });
  parts.push({ text: t('release.line_kept'), gap: false });
  return parts;
}
