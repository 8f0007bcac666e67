/** Where Tab stops within an element, in the order of the page. */

const CAN_STOP = 'a[href], button, input, select, textarea, summary, video[controls], [contenteditable], [tabindex]';

/** Radios of one group are one stop. */
function groupOf(element: Element | null): string | null {
  return element instanceof HTMLInputElement && element.type === 'radio' && element.name ? element.name : null;
}

function stops(element: HTMLElement): boolean {
  if (element.tabIndex < 0 || element.matches(':disabled, [type=hidden]') || element.closest('[inert]')) return false;
  // An engine without the question is taken at its word that it is seen.
  return element.checkVisibility?.({ visibilityProperty: true }) ?? true;
}

export function tabStops(root: HTMLElement): HTMLElement[] {
  const found = [...root.querySelectorAll<HTMLElement>(CAN_STOP)].filter(stops);
  const chosen = (group: string) =>
    found.find((each) => groupOf(each) === group && (each as HTMLInputElement).checked) ??
    found.find((each) => groupOf(each) === group);
  return found.filter((each) => {
    const group = groupOf(each);
    return group === null || chosen(group) === each;
  });
}

/** Where Tab must be led because the engine would leave the element; null where it may go on by itself. */
export function roundFrom(root: HTMLElement, active: Element | null, back: boolean): HTMLElement | null {
  const all = tabStops(root);
  const group = groupOf(active);
  const others = all.filter((each) => each !== active && (group === null || groupOf(each) !== group));
  const beyond = others.filter((each) => {
    if (!active || !root.contains(active)) return false;
    const way = active.compareDocumentPosition(each);
    return (way & (back ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING)) !== 0;
  });
  if (beyond.length > 0) return null;
  return (back ? all.at(-1) : all[0]) ?? root;
}
