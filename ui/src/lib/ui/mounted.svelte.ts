import { onDestroy } from 'svelte';

/** Whether the component still stands: an answer that comes after it went must not close what is there now. */
export function mounted(): () => boolean {
  let there = true;
  onDestroy(() => (there = false));
  return () => there;
}
