// Builds what is served, the pages, and what serves them, unless what is there was made from the same files.
//
//   sh tools/with-node.sh packages/studio/build.ts [--quiet]

import { buildServer } from './build-server.ts'
import { buildWeb } from './build-web.ts'

for (const [name, build] of [
  ['pages', buildWeb],
  ['server', buildServer],
] as const) {
  const start = performance.now()
  const built = await build()
  const milliseconds = Math.round(performance.now() - start)
  if (!process.argv.includes('--quiet'))
    console.log(`studio    ${name} ${built ? 'built' : 'up to date'}, ${milliseconds} ms`)
}
