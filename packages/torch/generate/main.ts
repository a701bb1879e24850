// Writes src/ops.generated.ts from the schemas of the loaded library, and the list of what is left out.

import { writeFileSync } from 'node:fs'
import { renderLoadedLibrary } from './loaded-library.ts'

const { operators, leftOut, kept, left } = renderLoadedLibrary()
writeFileSync(new URL('../src/ops.generated.ts', import.meta.url), operators)
writeFileSync(new URL('./left-out.generated.md', import.meta.url), leftOut)
console.log(`${kept} operators typed, ${left} left out`)
