/* What a buyer downloads to choose seats, say who and pay: the entry and everything it imports statically, gzipped. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 45;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

const files = new Set();
const collect = (name) => {
  const chunk = manifest[name];
  if (!chunk || files.has(chunk.file)) return;
  files.add(chunk.file);
  (chunk.imports ?? []).forEach(collect);
};
const buyerPages = ['Catalogue', 'Conference', 'Order'].map((name) => `src/pages/${name}.svelte`);
['index.html', ...buyerPages].forEach(collect); // a page is named here only when it became a chunk of its own
if (files.size === 0) throw new Error('the manifest names no entry: run the build first');

const gzipped = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
let total = 0;
for (const file of files) {
  const size = gzipped(file);
  total += size;
  console.log(`${(size / 1000).toFixed(1).padStart(7)} kB  ${file}`);
}
console.log(`${(total / 1000).toFixed(1).padStart(7)} kB  the buyer's path, of ${LIMIT_KB} kB`);
if (total > LIMIT_KB * 1000) process.exit(1);
