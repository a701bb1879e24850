// Builds the server into one file, build/server/main.js, unless the one there was made from the same files. The thousand files
// that it otherwise starts from take three times as long to load. bin/built-server.js holds the rule of when it is used.

import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { BUILT, builtServer, hashOfFiles } from './bin/built-server.js'

const ROOT = import.meta.dirname
const REPOSITORY = join(ROOT, '..', '..')
/** What decides, besides the modules themselves, on what is built. */
const RULES = [
  'package-lock.json',
  'packages/torch/package.json',
  'packages/oltr/package.json',
  'packages/studio/package.json',
  'packages/studio/build-server.ts',
]

/** False where there was nothing to do. */
export async function buildServer(): Promise<boolean> {
  if (builtServer() !== null) return false
  const { build } = await import('vite')
  const aside = `${BUILT}.${process.pid}`
  let modules: string[] = []
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    // Compiled or large, and loaded only where they are needed.
    ssr: { noExternal: true, external: ['sharp', 'vite'] },
    plugins: [
      {
        name: 'modules',
        buildEnd() {
          modules = [...this.getModuleIds()]
        },
      },
    ],
    build: {
      ssr: 'src/main.ts',
      outDir: aside,
      emptyOutDir: true,
      target: 'node24',
      reportCompressedSize: false,
      // A server that runs needs no second file, which another build might have taken away.
      rolldownOptions: { output: { codeSplitting: false } },
    },
  })
  const files = [...RULES, ...modules.filter(isOurs).map((file) => relative(REPOSITORY, file))].sort()
  writeFileSync(join(aside, 'inputs.json'), JSON.stringify({ sha256: hashOfFiles(REPOSITORY, files), files }))
  rmSync(BUILT, { recursive: true, force: true })
  renameSync(aside, BUILT)
  return true
}

/** Whether a module is a file of this repository, and not of a package, which package-lock.json stands for. */
function isOurs(id: string): boolean {
  return id.startsWith(REPOSITORY + sep) && !id.includes(`${sep}node_modules${sep}`)
}
