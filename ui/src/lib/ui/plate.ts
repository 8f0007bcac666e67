/** How plates are drawn: their split, colour and dot. Rules about plates live in the desk's Rust side. */

export type PlateLook = 'blue' | 'nev' | 'nev-large' | 'yellow' | 'white' | 'black' | 'paper' | 'unknown' | 'none';

const provinces = '京津沪渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新';

/** Upper case, half width, without dots, dashes and blanks. */
export function bare(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s·•.\-—_]/gu, '');
}

/** A plate as people write it: 粤B·12345. What does not begin as a plate is left alone. */
export function dotted(plate: string): string {
  const chars = [...bare(plate)];
  const first = chars[0] ?? '';
  const dot = (provinces.includes(first) || first === '使') && chars.length > 2;
  return dot ? `${chars.slice(0, 2).join('')}·${chars.slice(2).join('')}` : chars.join('');
}

const byColor: Record<string, PlateLook> = {
  blue: 'blue',
  yellow: 'yellow',
  white: 'white',
  black: 'black',
  green: 'nev',
  new_energy: 'nev',
  newenergy: 'nev',
  yellow_green: 'nev-large',
  yellowgreen: 'nev-large',
};

/** What the characters alone tell for certain; a plain seven-character plate may be blue or yellow, so it stays unknown. */
function byText(chars: string[]): PlateLook {
  const last = chars.at(-1) ?? '';
  if (chars.includes('使') || '领港澳'.includes(last)) return 'black';
  if (last === '警' || chars.join('').startsWith('WJ')) return 'white';
  if (last === '学' || last === '挂') return 'yellow';
  if (last === '临') return 'paper';
  if (chars.length !== 8 || !provinces.includes(chars[0] ?? '')) return 'unknown';
  return /[A-K]/.test(chars[2] ?? '') ? 'nev' : /[A-K]/.test(last) ? 'nev-large' : 'unknown';
}

export function lookOf(plate: string, color?: string | null): PlateLook {
  const chars = [...bare(plate)];
  if (chars.length === 0 || /^EP\d{5}$/.test(chars.join(''))) return 'none';
  const certain = byText(chars);
  if (certain !== 'unknown') return certain;
  const seen = byColor[(color ?? '').toLowerCase().replaceAll('-', '_')];
  // A camera that saw green on a seven-character plate read one character too few: show the truth of the colour.
  return seen ?? 'unknown';
}
