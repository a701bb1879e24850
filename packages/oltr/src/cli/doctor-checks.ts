// What `oltr doctor` looks at, one function per finding. Each takes what it judges as arguments, so that every verdict can
// be tested without the machine that would cause it.

export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly detail: string
  /** What to do about it; present unless the state is ok. */
  readonly remedy?: string
}

/** What the bridge says of itself once it is loaded, and the libraries that came with it. */
export interface Bridge {
  readonly version: string
  readonly path: string
  readonly cuda: boolean
  readonly threads: number
  readonly mkldnn: boolean
  readonly cpuCapability: string
  /** Paths of the shared libraries in the process; empty where the system does not list them. */
  readonly loaded: readonly string[]
}

/** The bridge did not load: the reason, in the words of whoever noticed. */
export interface BridgeFailure {
  readonly reason: string
}

export function isFailure(bridge: Bridge | BridgeFailure): bridge is BridgeFailure {
  return 'reason' in bridge
}

const ok = (name: string, detail: string): Finding => ({ name, state: 'ok', detail })
const warn = (name: string, detail: string, remedy: string): Finding => ({
  name,
  state: 'warn',
  detail,
  remedy,
})
const fail = (name: string, detail: string, remedy: string): Finding => ({
  name,
  state: 'fail',
  detail,
  remedy,
})

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

export function checkNode(version: string): Finding {
  if (Number.parseInt(version.replace(/^v/, ''), 10) >= 24) return ok('node', version)
  return fail(
    'node',
    `${version} cannot run TypeScript as it is`,
    'npm run setup  (fetches Node.js 24 into .node/)',
  )
}

/** `available`: the libtorch that a build would use, in words; null when there is none on the machine. */
export function checkBridge(bridge: Bridge | BridgeFailure, available: string | null): Finding {
  if (!isFailure(bridge)) return ok('libtorch', `${bridge.version}, ${bridge.path}`)
  const remedy =
    available === null
      ? 'npm run setup  (installs libtorch and builds the bridge), or LIBTORCH=/path/to/libtorch npm run setup'
      : `npm run setup  (builds the bridge to ${available})`
  return fail('libtorch', `the bridge does not load: ${bridge.reason}`, remedy)
}

/**
 * Debian's libtorch takes its matrix product from whatever stands behind libblas.so.3: the reference library there is
 * about 30 times slower than OpenBLAS.
 */
export function checkBlas(loaded: readonly string[]): Finding {
  const tuned = loaded.find((file) => /openblas|mkl_|libblis|libnvblas|Accelerate/.test(file))
  if (tuned) return ok('blas', tuned)
  const reference = loaded.find((file) => /libblas\.so/.test(file))
  if (reference)
    return warn(
      'blas',
      `${reference} is the reference library: matrix products run about 30 times slower`,
      'sudo apt-get install libopenblas0-pthread',
    )
  // The archives of pytorch.org carry theirs inside libtorch_cpu.
  return ok('blas', 'inside libtorch')
}

/**
 * A run asks libtorch for all processors that the process may use; the variables below still hold back the libraries
 * under it, OpenBLAS among them.
 */
export function checkThreads(
  processors: number,
  environment: Readonly<Record<string, string | undefined>>,
): Finding {
  const detail = `${processors}, all that this process may use`
  const limit = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'].find(
    (name) => Number(environment[name]) > 0 && Number(environment[name]) < processors,
  )
  if (limit === undefined) return ok('threads', detail)
  return warn(
    'threads',
    `${limit}=${environment[limit]} holds back ${processors} processors`,
    `unset ${limit}`,
  )
}

/** `instructions`: those of the processor for bfloat16. Whether they pay is measured by each run on its own network. */
export function checkPrecision(instructions: readonly string[], mkldnn: boolean): Finding {
  if (instructions.length === 0) return ok('precision', 'float32: this processor does not multiply bfloat16')
  const detail = `the faster of float32 and bfloat16 (${instructions.join(', ')}), measured by each run`
  if (mkldnn) return ok('precision', detail)
  return warn(
    'precision',
    `${detail}; this libtorch has no oneDNN, so convolutions are slow in both`,
    'use a libtorch with oneDNN: LIBTORCH=/path/to/libtorch npm run setup',
  )
}

/** `driver`: whether the machine has an NVIDIA driver. */
export function checkCuda(cuda: boolean, driver: boolean): Finding {
  if (cuda) return ok('cuda', 'available')
  if (!driver) return ok('cuda', 'none on this machine: the CPU trains')
  return warn(
    'cuda',
    'there is an NVIDIA driver, but this libtorch does not use it',
    'LIBTORCH=/path/to/a/cuda/libtorch npm run setup  (or install a CUDA PyTorch for python3 first)',
  )
}

export function checkImages(loaded: readonly string[]): Finding {
  const found = ['libjpeg', 'libpng'].map((name) => loaded.find((file) => file.includes(name)))
  if (loaded.length === 0 || found.every((file) => file !== undefined))
    return ok('images', found.filter((file) => file !== undefined).join(', ') || 'JPEG and PNG in the bridge')
  return fail(
    'images',
    `the bridge was built without ${found[0] ? 'libpng' : found[1] ? 'libjpeg' : 'libjpeg and libpng'}`,
    'sudo apt-get install libjpeg-dev libpng-dev && npm run build:native -- --force',
  )
}

export function checkDisk(folder: string, free: number): Finding {
  const detail = `${gigabytes(free)} free in ${folder}`
  if (free < 200e6) return fail('disk', `${detail}: a checkpoint may not fit`, 'free some space')
  if (free < 2e9)
    return warn(
      'disk',
      `${detail}: little for checkpoints and data`,
      'free some space, or use --run elsewhere',
    )
  return ok('disk', detail)
}

export function checkMemory(available: number, total: number): Finding {
  const detail = `${gigabytes(available)} available of ${gigabytes(total)}`
  if (available < 500e6) return fail('memory', `${detail}: training will be killed`, 'end other programs')
  if (available < 2e9)
    return warn('memory', `${detail}: tight`, 'end other programs, or lower the batch size')
  return ok('memory', detail)
}
