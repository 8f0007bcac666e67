import { bare } from '$lib/ui/plate';

/** How two plates differ: in how many places, and, where it is one, which character stands for which. */
export function difference(read: string, other: string): { count: number; pair: [string, string] | null } | null {
  const a = [...bare(read)];
  const b = [...bare(other)];
  // Plates of different length are compared by the hub; here only places side by side can be told.
  if (a.length !== b.length) return null;
  const at = a.flatMap((char, place) => (char !== b[place] ? [place] : []));
  const only = at.length === 1 ? (at[0] as number) : null;
  return { count: at.length, pair: only === null ? null : [a[only] as string, b[only] as string] };
}
