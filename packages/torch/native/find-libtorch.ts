// Where libtorch is on this machine, in the order its users expect: the folder named by LIBTORCH; the PyTorch of the
// python3 on PATH; the system's package. No Python is imported and nothing is loaded: a Python process only says where
// it would import torch from, so this takes well under a second.
//   node find-libtorch.ts [--source]      prints what was found as JSON, or only LIBTORCH | python | system | none

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The oldest libtorch whose dispatcher the bridge can call. */
export const oldestVersion = '1.13.0'

export interface Libtorch {
  readonly source: 'LIBTORCH' | 'python' | 'system'
  /** What CMake gets as CMAKE_PREFIX_PATH. */
  readonly prefix: string
  /** As its CMake files state it, such as 1.13.1 or 2.6.0. */
  readonly version: string
  /** The CPU library of this libtorch: always there, and changed by every upgrade. */
  readonly library: string
  readonly cuda: boolean
  /** Whether it was compiled with the newer ABI of the C++ library, as everything but older wheels is. */
  readonly cxx11Abi: boolean
}

export interface Search {
  readonly found: Libtorch | null
  /** What was seen on the way and why it does not serve, in words. */
  readonly passedOver: readonly string[]
}

export interface SearchOptions {
  /** The value of LIBTORCH; undefined or empty when it is not set. */
  readonly libtorch?: string | undefined
  /** Says where python3 would import torch from; null when it has none. */
  readonly pythonTorch?: () => string | null
  readonly systemPrefixes?: readonly string[]
}

/** LIBTORCH names a folder that holds no libtorch that serves. */
export class LibtorchError extends Error {
  override readonly name = 'LibtorchError'
}

/**
 * Looks for libtorch in the stated order. A LIBTORCH that does not serve is an error rather than passed over: whoever
 * sets it means it.
 * @throws LibtorchError
 */
export function findLibtorch(options: SearchOptions = {}): Search {
  const named = 'libtorch' in options ? options.libtorch : process.env.LIBTORCH
  if (named) {
    const there = inspect('LIBTORCH', named)
    if (typeof there === 'string')
      throw new LibtorchError(
        `LIBTORCH=${named}: ${there}; set it to a libtorch of ${oldestVersion} or newer, or unset it`,
      )
    return { found: there, passedOver: [] }
  }
  const passedOver: string[] = []
  const python = (options.pythonTorch ?? torchOfPython)()
  const candidates: ['python' | 'system', string][] = [
    ...(python === null ? [] : [['python', python] as ['python', string]]),
    ...(options.systemPrefixes ?? ['/usr', '/usr/local']).map((prefix): ['system', string] => [
      'system',
      prefix,
    ]),
  ]
  for (const [source, prefix] of candidates) {
    const there = inspect(source, prefix)
    if (typeof there !== 'string') return { found: there, passedOver }
    // A system prefix without libtorch is no news; a PyTorch that cannot be built against is.
    if (source === 'python' || !there.startsWith('no TorchConfig')) passedOver.push(`${prefix}: ${there}`)
  }
  return { found: null, passedOver }
}

/** What stands at `prefix`, or why it does not serve. */
function inspect(source: Libtorch['source'], prefix: string): Libtorch | string {
  const libraryFolders = ['lib', ...multiarchFolders(prefix), 'lib64']
  const config = ['share', ...libraryFolders]
    .map((folder) => join(prefix, folder, 'cmake/Torch'))
    .find((folder) => existsSync(join(folder, 'TorchConfig.cmake')))
  if (config === undefined) return 'no TorchConfig.cmake there (a PyTorch without its C++ development files)'
  const stated = join(config, 'TorchConfigVersion.cmake')
  const version = existsSync(stated)
    ? /PACKAGE_VERSION\s+"?(\d+\.\d+\.\d+)/.exec(readFileSync(stated, 'utf8'))?.[1]
    : undefined
  if (version === undefined) return `${stated} states no version`
  if (isOlder(version, oldestVersion)) return `version ${version} is older than ${oldestVersion}`
  const library = libraryFolders
    .flatMap((folder) => ['libtorch_cpu.so', 'libtorch_cpu.dylib'].map((name) => join(prefix, folder, name)))
    .find((file) => existsSync(file))
  if (library === undefined) return 'its CMake files are there, but libtorch_cpu is not'
  const flags = readFileSync(join(config, 'TorchConfig.cmake'), 'utf8')
  return {
    source,
    prefix,
    version,
    library,
    cuda: existsSync(library.replace('libtorch_cpu', 'libtorch_cuda')),
    cxx11Abi: !flags.includes('_GLIBCXX_USE_CXX11_ABI=0'),
  }
}

/** Debian's lib/x86_64-linux-gnu and its like. */
function multiarchFolders(prefix: string): string[] {
  const lib = join(prefix, 'lib')
  if (!existsSync(lib)) return []
  return readdirSync(lib)
    .filter((name) => /-linux-gnu/.test(name))
    .map((name) => join('lib', name))
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]]
  const place = a.findIndex((part, index) => part !== b[index])
  return place !== -1 && a[place]! < b[place]!
}

function torchOfPython(): string | null {
  const question = [
    'import importlib.util as u',
    's = u.find_spec("torch")',
    'print(list(s.submodule_search_locations)[0] if s and s.submodule_search_locations else "")',
  ].join('\n')
  try {
    const answer = execFileSync('python3', ['-c', question], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    })
    return answer.toString().trim() || null
  } catch {
    return null
  }
}

if (import.meta.main) {
  try {
    const { found, passedOver } = findLibtorch()
    if (process.argv.includes('--source')) console.log(found?.source ?? 'none')
    else console.log(JSON.stringify({ found, passedOver }, null, 2))
  } catch (error) {
    if (!(error instanceof LibtorchError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
