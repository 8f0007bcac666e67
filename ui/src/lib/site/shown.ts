import type { Cell, OneTimeCode, SiteTable } from '$lib/backend';
import { listed, said, t } from '$lib/messages/words.svelte';
import { day, moment, money } from '$lib/ui/format';
import type { Column } from './schema';

/** What people call a row: scenes of robots and codes have names, of which only the page knows the words. */
export function called(table: SiteTable, id: string, label: string): string {
  if (table !== 'template' && table !== 'link') return label || id;
  return said('scene', id) ?? id;
}

/** What stands above a code with which somebody sets their password. */
export function codeFor(code: OneTimeCode, now: number): string {
  return t('person.code_once', { name: code.username, time: moment(code.expires_at, now) });
}

/** A value as people read it. `nameOf` puts a name to the id of another row. */
export function shown(column: Column, cell: Cell | null | undefined, nameOf: (id: string) => string): string {
  if (cell === null || cell === undefined || cell === '') return '—';
  if (typeof cell === 'boolean') return t(cell ? 'yes_no.yes' : 'yes_no.no');
  if (Array.isArray(cell)) return cell.length === 0 ? '—' : listed(cell.map((id) => (column.of ? nameOf(id) : id)));
  if (column.kind === 'money') return money(Number(cell));
  if (column.kind === 'day') return day(String(cell));
  if (column.kind === 'ref') return nameOf(String(cell));
  const option = column.options?.find((each) => each.value === cell);
  if (column.kind === 'words') return String(cell).replaceAll('\n', ' ');
  return option ? t(option.text) : String(cell);
}
