import type { Answer, Backend, Pattern, Warning } from '$lib/backend';
import { Listing } from '$lib/ui/listing.svelte';

/** Patterns worth a look. A warning accuses nobody; it leads to its rows and can be dismissed with a reason. */
export class Warnings {
  readonly list: Listing<Warning>;
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.list = new Listing((cursor) => backend.warnings(cursor ? { cursor } : {}));
  }

  get live(): Warning[] {
    return this.list.items.filter((warning) => !warning.dismissed_by);
  }

  /** How many of each pattern nobody has dismissed, most first. */
  get counts(): [Pattern, Warning[]][] {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- made anew each time, never kept
    const found = new Map<Pattern, Warning[]>();
    for (const warning of this.live) found.set(warning.pattern, [...(found.get(warning.pattern) ?? []), warning]);
    return [...found].toSorted((a, b) => b[1].length - a[1].length);
  }

  /** The warning a row belongs to, for the mark beside it. */
  of(opening: string): Warning | undefined {
    return this.live.find((warning) => warning.openings.includes(opening));
  }

  /** Refused, the sheet that asked says so. */
  async dismiss(id: string, reason: string): Promise<Answer<null>> {
    const answer = await this.#backend.dismissWarning(id, reason.trim());
    if (answer.ok) await this.list.load();
    return answer;
  }
}
