/** The conference a person means: its short name, its whole address pasted, or its name as we show it. */
export function slugOf(said: string, known: { slug: string; name: string }[]): string {
  const text = said.trim();
  const named = known.find(({ name }) => name.toLowerCase() === text.toLowerCase());
  return named?.slug ?? /(?:^|\/c\/)([a-z0-9-]+)\/?(?:[?#].*)?$/.exec(text.toLowerCase())?.[1] ?? text;
}
