/** How the pages are built: one origin, hashed assets, nothing inline, so that a strict content security policy holds. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const server = process.env.PLENARY_URL ?? 'http://127.0.0.1:8000';

/** Puts the remembered theme on the document before anything is painted: a classic script of its own file, never inline. */
function themeBeforePaint(): Plugin {
  const source = readFileSync(new URL('src/design/theme-before-paint.js', import.meta.url), 'utf8');
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 8);
  const fileName = `assets/theme-${hash}.js`;
  return {
    name: 'theme-before-paint',
    configureServer(dev) {
      dev.middlewares.use(`/${fileName}`, (_request, response) => {
        response.setHeader('content-type', 'text/javascript');
        response.end(source);
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName, source });
    },
    transformIndexHtml: () => [{ tag: 'script', attrs: { src: `/${fileName}` }, injectTo: 'head-prepend' }],
  };
}

/** Documents are written to be read; what travels has no indentation. */
function tightDocuments(): Plugin {
  return {
    name: 'tight-documents',
    apply: 'build',
    enforce: 'pre',
    transform(code) {
      return code.includes('graphql(')
        ? code.replace(/(graphql\(\s*`)([^`]*)(`)/g, (_all, open: string, body: string, close: string) =>
            [open, body.replace(/\s+/g, ' ').trim(), close].join(''),
          )
        : undefined;
    },
  };
}

export default defineConfig({
  plugins: [tightDocuments(), svelte(), themeBeforePaint()],
  build: {
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
  },
  server: {
    port: 5173,
    proxy: {
      '/graphql': { target: server, ws: true },
      '/gateway': server,
      '/health': server,
    },
  },
  test: { include: ['tests/**/*.test.ts'] },
});
