/** Names in braces in a robot's words and codes' addresses, as the hub fills them. */

/** Sample values as they are shown, and as they stand in an address. */
export const shownAs: Readonly<Record<string, string>> = {
  lot: '彩悦大厦',
  lane: '东门出口',
  plate: '粤B·12345',
  plates: '粤B1***5、粤B2***8',
  amount: '¥12.00',
  minutes: '15',
  text: '请稍候，马上为您处理',
  stay: '7c1f',
  amount_fen: '1200',
  phone: '13800138000',
};

/** The same as a voice says them. */
export const said: Readonly<Record<string, string>> = { ...shownAs, plate: '粤 B 1 2 3 4 5', amount: '12元' };

const PLACE = /\{([^}]*)\}/gu;

/** The text with what is known; a name nothing is known of leaves nothing. */
export function filled(text: string, known: Readonly<Record<string, string>>): string {
  return text.replace(PLACE, (_, name: string) => known[name] ?? '');
}

/** Names in braces of which nothing is known. */
export function unknownPlaces(text: string, places: readonly string[]): string[] {
  return [...text.matchAll(PLACE)].map((found) => found[1] ?? '').filter((name) => !places.includes(name));
}
