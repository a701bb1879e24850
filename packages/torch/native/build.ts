// Builds the bridge (packages/torch/build/torch.node) with CMake and a C++ compiler, when it is not built yet or when its
// sources, libtorch or the compiler changed; then loads it to see that it works. Nothing is downloaded: the Node-API
// headers come from the npm package node-api-headers.
//   node packages/torch/native/build.ts [--quiet] [--force]

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findLibtorch, type Libtorch, LibtorchError } from './find-libtorch.ts'

const native = dirname(fileURLToPath(import.meta.url))
/** Where CMakeLists.txt stands. */
const project = dirname(native)
const output = join(project, 'build')
const addon = join(output, 'torch.node')
/** Beside the addon: what it was built from. */
const stampFile = join(output, 'built-from.json')

interface Stamp {
  readonly hash: string
  readonly libtorch: Libtorch
}

/** Something the builder of the bridge needs is missing or fails; the message says what to do. */
class BuildError extends Error {
  override readonly name = 'BuildError'
}

function nodeApiHeaders(): string {
  const found = createRequire(import.meta.url)('node-api-headers') as { include_dir: string }
  return found.include_dir
}

/** Changes whenever the bridge has to be built again. */
function fingerprint(libtorch: Libtorch, headers: string): string {
  const hash = createHash('sha256')
  const sources = readdirSync(native, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(cpp|h)$/.test(file))
    .sort()
    .concat('../CMakeLists.txt')
  for (const file of sources)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(native, file)))
      .update('\0')
  const library = statSync(libtorch.library)
  const compiler = spawnSync(process.env.CXX ?? 'c++', ['--version']).stdout?.toString() ?? ''
  const others = [
    libtorch.prefix,
    libtorch.version,
    library.size,
    library.mtimeMs,
    headers,
    compiler,
    process.arch,
    native,
  ]
  return hash.update(JSON.stringify(others)).digest('hex')
}

function stampOfBuild(): Stamp | null {
  if (!existsSync(stampFile) || !existsSync(addon)) return null
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8')) as Stamp
  } catch {
    return null
  }
}

/** A compiler process on libtorch's headers takes about 1.5 GB. */
function jobs(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / 1.5e9)))
}

function run(command: string, args: string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64e6 })
  if (error) throw new BuildError(`${command} could not be started (${error.message}): run  npm run setup`)
  if (status !== 0)
    throw new BuildError(
      `${[command, ...args].join(' ')}\n${stdout}${stderr}\n${command} failed with exit code ${status}`,
    )
}

function has(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0
}

/** Returns the path of the compiled bridge, in CMake's own folder. */
function compile(libtorch: Libtorch, headers: string): string {
  const cmakeFolder = join(output, 'cmake')
  const configure = [
    ...['-S', project, '-B', cmakeFolder],
    ...(has('ninja') ? ['-G', 'Ninja'] : []),
    '-DCMAKE_BUILD_TYPE=Release',
    `-DCMAKE_PREFIX_PATH=${libtorch.prefix}`,
    `-DNODE_API_INCLUDE=${headers}`,
    ...(libtorch.cuda
      ? [
          `-DLIBTORCH_LIBRARY_FOLDER=${dirname(libtorch.library)}`,
          `-DLIBTORCH_CXX11_ABI=${libtorch.cxx11Abi ? 1 : 0}`,
        ]
      : []),
  ]
  // CMake's cache remembers the libtorch it found first: another one begins from nothing.
  const cache = join(cmakeFolder, 'CMakeCache.txt')
  if (
    existsSync(cache) &&
    /^CMAKE_PREFIX_PATH:\w+=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1] !== libtorch.prefix
  )
    rmSync(cmakeFolder, { recursive: true, force: true })
  mkdirSync(output, { recursive: true })
  try {
    run('cmake', configure)
  } catch (error) {
    // A cache of another generator or of a moved checkout cannot be configured again.
    if (!existsSync(cmakeFolder)) throw error
    rmSync(cmakeFolder, { recursive: true, force: true })
    run('cmake', configure)
  }
  run('cmake', ['--build', cmakeFolder, '--parallel', String(jobs())])
  return join(cmakeFolder, 'torch.node')
}

/** Loads the bridge in a process of its own, so that a library that aborts is a message, too. */
function verify(file: string): void {
  const { status, signal, stderr } = spawnSync(process.execPath, ['-e', `require(${JSON.stringify(file)})`], {
    encoding: 'utf8',
  })
  if (status !== 0) {
    const reason = /^(?:\w*Error): (.*)$/m.exec(stderr)?.[1] ?? (stderr.trim() || `ended by ${signal}`)
    throw new BuildError(`the bridge is built, but does not load: ${reason}`)
  }
}

/** Puts the bridge in its place in one step: a process that has the old one loaded keeps it whole. */
function install(file: string, stamp: Stamp): void {
  copyFileSync(file, `${addon}.new`)
  renameSync(`${addon}.new`, addon)
  writeFileSync(`${stampFile}.new`, `${JSON.stringify(stamp, null, 2)}\n`)
  renameSync(`${stampFile}.new`, stampFile)
}

function build(options: { force: boolean; say: (line: string) => void }): void {
  const { found, passedOver } = findLibtorch()
  if (found === null) {
    const seen = passedOver.length === 0 ? '' : ` (passed over: ${passedOver.join('; ')})`
    throw new BuildError(
      `no libtorch was found${seen}: run  npm run setup  or set LIBTORCH=/path/to/libtorch`,
    )
  }
  const headers = nodeApiHeaders()
  const hash = fingerprint(found, headers)
  const place = `libtorch ${found.version}${found.cuda ? ' with CUDA' : ''} in ${found.prefix} (${found.source})`
  if (!options.force && stampOfBuild()?.hash === hash) {
    options.say(`bridge    up to date, ${place}`)
    return
  }
  console.log(`Building the bridge to ${place}`)
  const started = Date.now()
  const file = compile(found, headers)
  verify(file)
  install(file, { hash, libtorch: found })
  options.say(`bridge    built in ${((Date.now() - started) / 1000).toFixed(0)} s`)
}

try {
  const quiet = process.argv.includes('--quiet')
  build({ force: process.argv.includes('--force'), say: quiet ? () => {} : (line) => console.log(line) })
} catch (error) {
  if (!(error instanceof BuildError) && !(error instanceof LibtorchError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
