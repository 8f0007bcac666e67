import type { Told, View } from '$lib/backend';

type ViewTold = Extract<Told, { type: 'view' }>;

/** Parts that can vanish: null on the wire says "gone", absent says "unchanged". */
const vanishing = ['picture', 'entry_picture', 'vehicle', 'payment', 'debt', 'lease', 'call', 'order'] as const;
/** Parts that are always there: null is no value for them. */
const lasting = ['robot', 'barrier', 'assessment', 'candidates', 'offers', 'timeline'] as const;

/** The view with the changed parts laid over it. The case travels as `case_now`, because `case` is its id. */
export function merged(view: View, told: ViewTold): View {
  const next: Record<string, unknown> = { ...view };
  for (const part of vanishing) if (told[part] !== undefined) next[part] = told[part];
  for (const part of lasting) if (told[part] != null) next[part] = told[part];
  if (told.case_now !== undefined) next['case'] = told.case_now;
  return next as View;
}
