import type { OrderResult } from '$lib/backend';
import type { IconName } from '$lib/ui/icons';

/** How a result is marked in a list: a tone, always with its icon and word. */
export function markOf(result: OrderResult): { tone: 'ok' | 'info' | 'attention' | 'danger'; icon: IconName } {
  switch (result) {
    case 'opened':
    case 'closed':
      return { tone: 'ok', icon: 'ok' };
    case 'unknown':
      return { tone: 'attention', icon: 'attention' };
    case 'refused':
    case 'failed':
      return { tone: 'danger', icon: 'danger' };
    default:
      return { tone: 'info', icon: 'info' };
  }
}
