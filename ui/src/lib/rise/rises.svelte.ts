import type { Backend, Frame, OpeningFilter, Rise } from '$lib/backend';
import { Listing } from '$lib/ui/listing.svelte';

/** 非本台开闸: barriers that rose without an order of ours (R40). */
export class Rises {
  readonly list: Listing<Rise>;

  constructor(backend: Backend, span: () => Pick<OpeningFilter, 'from' | 'to'>) {
    this.list = new Listing((cursor) => {
      const { from, to } = span();
      return backend.rises({ ...(from ? { from } : {}), ...(to ? { to } : {}), ...(cursor ? { cursor } : {}) });
    });
  }

  hear(frame: Frame): void {
    if (frame.type === 'rise' && this.list.loaded) this.list.put(frame.rise);
  }
}
