import type { Role } from '$lib/backend';
import { t } from '$lib/messages/words.svelte';

export function roleName(role: Role): string {
  return t(`role.${role}`);
}

/** 李四（客服） */
export function who(person: { name: string; role: Role }): string {
  return t('person.with_role', { name: person.name, role: roleName(person.role) });
}
