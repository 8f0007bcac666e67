/** The most one debt may be here, in 分: a slip of the decimal point must not become a demand. */
const MOST_FEN = 10_000_00;

/** 25, 25.5 or 25.00 yuan as 分; null for anything else, nothing and too much. Reckoned in digits, never in fractions. */
export function fenOf(text: string): number | null {
  const found = /^(\d{1,5})(?:[.。](\d{1,2}))?$/u.exec(text.normalize('NFKC').trim().replace(/^¥/, ''));
  if (!found) return null;
  const fen = Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0') || 0);
  return fen > 0 && fen <= MOST_FEN ? fen : null;
}
