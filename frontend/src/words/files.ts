/** Where a list is as a file. */

/** "/export/…/orders.csv?search=ada": the same list as a file. Empty choices are left out. */
export function fileOf(conferenceId: string, what: string, choices: Record<string, string | string[] | null>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(choices)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one) query.append(name, one);
  }
  return `/export/${conferenceId}/${what}.csv${query.size > 0 ? `?${query}` : ''}`;
}
