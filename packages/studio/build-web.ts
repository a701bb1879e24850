// Builds the web application into build/web, unless what is there was made from the same files.

import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE as ROOT } from './src/package-folder.ts'

const WEB = join(ROOT, 'web')
const OUTPUT = join(ROOT, 'build', 'web')
/** Beside the output, not in it: what is in it is served. */
const MARK = join(ROOT, 'build', 'web.sha256')

/** What the application is made from: its files, the contract, this program, and the versions of the packages. */
function hashOfInputs(): string {
  const files = ['web/**/*', 'src/api/**/*.ts', 'build-web.ts', 'package.json'].flatMap((pattern) =>
    globSync(pattern, { cwd: ROOT, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  const hash = createHash('sha256')
  for (const file of files.sort())
    hash.update(file.slice(ROOT.length)).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

/** False where there was nothing to do. */
export async function buildWeb(): Promise<boolean> {
  const inputs = hashOfInputs()
  const before = existsSync(MARK) ? readFileSync(MARK, 'utf8') : ''
  if (before === inputs && existsSync(join(OUTPUT, 'index.html'))) return false
  // Loaded only now: it takes longer to load than everything else here.
  const { build } = await import('vite')
  // Built aside and put in place whole, so that a server that starts meanwhile finds the old files or the new ones.
  const aside = `${OUTPUT}.${process.pid}`
  await build({
    configFile: false,
    root: WEB,
    base: '/',
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: aside,
      emptyOutDir: true,
      target: 'esnext',
      // The server's content policy allows neither inline scripts nor, for most files, data in addresses.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      rolldownOptions: {
        input: [join(WEB, 'index.html'), join(WEB, 'offline-worker.ts')],
        output: {
          // A service worker is known by its address, and is for what lies beside it and below.
          entryFileNames: ({ name }) => (name === 'offline-worker' ? 'sw.js' : 'assets/[name]-[hash].js'),
        },
      },
    },
  })
  const worker = join(aside, 'sw.js')
  const pageFiles = globSync('assets/*', { cwd: aside }).map((file) => `/${file}`)
  const names = `const BUILD = ${JSON.stringify(inputs)}, FILES = ${JSON.stringify(pageFiles.sort())}\n`
  writeFileSync(worker, names + readFileSync(worker, 'utf8'))
  rmSync(OUTPUT, { recursive: true, force: true })
  renameSync(aside, OUTPUT)
  writeFileSync(MARK, inputs)
  return true
}
