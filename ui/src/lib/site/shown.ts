import type { Cell } from '$lib/backend';
import { t } from '$lib/messages/words.svelte';
import { day, money } from '$lib/ui/format';
import type { Column } from './schema';

/** A value as people read it. `nameOf` puts a name to the id of another row. */
export function shown(column: Column, cell: Cell | null | undefined, nameOf: (id: string) => string): string {
  if (cell === null || cell === undefined || cell === '') return '—';
  if (typeof cell === 'boolean') return t(cell ? 'yes_no.yes' : 'yes_no.no');
  if (Array.isArray(cell)) return cell.length === 0 ? '—' : cell.map((id) => (column.of ? nameOf(id) : id)).join('、');
  if (column.kind === 'money') return money(Number(cell));
  if (column.kind === 'day') return day(String(cell));
  if (column.kind === 'ref') return nameOf(String(cell));
  const option = column.options?.find((each) => each.value === cell);
  return option ? t(option.text) : String(cell);
}
