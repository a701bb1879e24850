// Compiles decode-cases.cpp and the image code of ../native with the address and undefined-behaviour sanitizers, into
// packages/torch/build; nothing is done when it was built from the same sources by the same compiler.

import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const here = import.meta.dirname
const image = join(here, '../native/image')
const output = join(here, '../build')

/** What decodes an image and transforms it; the rest of the folder is the border to Node and libtorch. */
const units = ['colour', 'crop', 'decode', 'jpeg', 'orientation', 'pipeline', 'png', 'resize']
const flags = [
  ...['-std=c++17', '-O1', '-g1', '-fno-omit-frame-pointer', '-Wall', '-Wextra'],
  ...['-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
]

export type Sanitized = { readonly program: string } | { readonly missing: string }

/** The program's path, or why there can be none here. Throws what the compiler says about our own sources. */
export async function buildSanitized(): Promise<Sanitized> {
  const compiler = process.env.CXX ?? 'c++'
  const version = spawnSync(compiler, ['--version'], { encoding: 'utf8' })
  if (version.error) return { missing: `no C++ compiler: ${version.error.message}` }
  const sources = [join(here, 'decode-cases.cpp'), ...units.map((unit) => join(image, `${unit}.cpp`))]
  const headers = readdirSync(image).filter((name) => name.endsWith('.h'))
  const hash = createHash('sha256').update(JSON.stringify([version.stdout, flags]))
  for (const file of [...sources, ...headers.sort().map((name) => join(image, name))])
    hash.update(readFileSync(file))
  const program = join(output, `decode-cases-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(program)) return { program }

  mkdirSync(output, { recursive: true })
  const folder = mkdtempSync(join(output, 'decode-cases.new-'))
  try {
    const probe = ['-fsanitize=address,undefined', '-x', 'c++', '-', '-o', join(folder, 'probe')]
    const linked = spawnSync(compiler, probe, { input: 'int main() {}', encoding: 'utf8' })
    if (linked.status !== 0)
      return { missing: `${compiler} cannot link its sanitizers: ${linked.stderr.trim().split('\n').at(-1)}` }
    const run = promisify(execFile)
    const object = (source: string) => join(folder, `${source.replaceAll('/', '_')}.o`)
    await Promise.all(
      sources.map((source) => run(compiler, [...flags, '-I', image, '-c', source, '-o', object(source)])),
    )
    const made = join(folder, 'decode-cases')
    await run(compiler, [...flags, ...sources.map(object), '-o', made, '-ljpeg', '-lpng'])
    for (const old of readdirSync(output)) if (/^decode-cases-/.test(old)) rmSync(join(output, old))
    renameSync(made, program)
    return { program }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
