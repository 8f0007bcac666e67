import type { Backend, Frame, Rise } from '$lib/backend';
import { Listing } from '$lib/ui/listing.svelte';

/** 非本台开闸: barriers that rose without an order of ours (R40). */
export class Rises {
  readonly list: Listing<Rise>;

  constructor(backend: Backend, from: () => string | null) {
    this.list = new Listing((cursor) => {
      const since = from();
      return backend.rises({ ...(since ? { from: since } : {}), ...(cursor ? { cursor } : {}) });
    });
  }

  hear(frame: Frame): void {
    if (frame.type === 'rise' && this.list.loaded) this.list.put(frame.rise);
  }
}
