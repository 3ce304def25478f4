/** Light, dark, or as the system says: remembered in this browser. */
export type Theme = 'system' | 'light' | 'dark';

const ORDER: Theme[] = ['system', 'light', 'dark'];

let chosen = $state<Theme>((document.documentElement.dataset.theme as Theme | undefined) ?? 'system');

export const theme = {
  get chosen(): Theme {
    return chosen;
  },
  get next(): Theme {
    return ORDER[(ORDER.indexOf(chosen) + 1) % ORDER.length] ?? 'system';
  },
  choose(wanted: Theme): void {
    chosen = wanted;
    if (wanted === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = wanted;
    try {
      localStorage.setItem('theme', wanted);
    } catch {
      // Nothing can be kept here: the choice lasts as long as the page.
    }
  },
};
