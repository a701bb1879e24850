// A child process that does long work: its JSON lines of progress are heard, its last words kept for when it fails.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { PACKAGE } from '../package-folder.ts'

/** A child that was told to stop writes its checkpoint; then it is ended. */
const PATIENCE = 15_000
const END_WITH_SERVER = pathToFileURL(join(PACKAGE, 'src', 'server', 'end-with-server.ts')).href
/** Of what a failed child said. */
const LAST_LINES = 8

/** The end of a child process that did not do what it was to do. */
export class ChildFailure extends Error {
  override readonly name = 'ChildFailure'
}

export interface ChildOptions {
  /** Exit codes that are no failure; 0 always is none. */
  readonly accept?: readonly number[]
  /** Hears of each JSON line on standard error: how far it is. */
  readonly onProgress?: (line: Record<string, unknown>) => void
}

/** Runs one program under this Node.js; resolves with what it wrote to standard output. Throws ChildFailure. */
export function runChild(
  command: readonly string[],
  signal: AbortSignal,
  { accept = [], onProgress }: ChildOptions = {},
): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['--import', END_WITH_SERVER, ...command], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const stop = () => {
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), PATIENCE).unref()
  }
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  const said: string[] = []
  createInterface({ input: child.stderr! }).on('line', (line) => {
    const parsed = objectOf(line)
    if (parsed) onProgress?.(parsed)
    if (parsed?.event === undefined) said.push(typeof parsed?.message === 'string' ? parsed.message : line)
    if (said.length > LAST_LINES) said.shift()
  })
  const output: Buffer[] = []
  child.stdout!.on('data', (chunk: Buffer) => output.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, killed) => {
      signal.removeEventListener('abort', stop)
      if (code !== null && (code === 0 || accept.includes(code)))
        resolve({ code, output: Buffer.concat(output).toString('utf8') })
      else reject(new ChildFailure(said.join('\n') || `the process ended with ${code ?? killed}`))
    })
  })
}

function objectOf(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
