/** A plain text cut into words and the web addresses among them, so that these can be followed. */
export type Piece = { text: string; href?: string };

const ADDRESS = /https?:\/\/[^\s<>"]+/g;

/** Full stops, commas and closing brackets that end the sentence are not part of the address before them. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const { 0: raw, index } of text.matchAll(ADDRESS)) {
    const href = raw.replace(/[.,;:!?)\]}'’]+$/, '');
    if (index > from) found.push({ text: text.slice(from, index) });
    found.push({ text: href, href });
    from = index + href.length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** A mail's text as paragraphs, each of lines. */
export function paragraphs(text: string): string[] {
  return text
    .replaceAll('\r\n', '\n')
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.trim())
    .filter(Boolean);
}
