// A process of its own that works on request: one JSON line in, one JSON line out. Two that are compared both stay warm
// and take turns, so that a change in the machine's speed meets both.

import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const folder = dirname(fileURLToPath(import.meta.url))

export class StepProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #answers: AsyncIterator<string>
  readonly #ended: Promise<[code: number | null, signal: string | null]>
  readonly #name: string

  private constructor(name: string, child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#name = name
    this.#child = child
    child.stdin.on('error', () => {}) // a process that ended says so by its missing answer
    this.#ended = new Promise((resolve) => child.once('close', (...how) => resolve(how)))
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  /** Starts a program of this folder; returns it with the first line that it says. */
  static async start<Ready>(
    command: string,
    program: string,
    args: readonly (string | number)[],
  ): Promise<{ process: StepProcess; ready: Ready }> {
    const child = spawn(command, [join(folder, program), ...args.map(String)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const started = new StepProcess(program, child)
    return { process: started, ready: await started.#answer<Ready>() }
  }

  /** Throws Error when the process ends without an answer. */
  async ask<Answer>(request: object): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`)
    return await this.#answer<Answer>()
  }

  /** Ends the process and waits for that. */
  async close(): Promise<void> {
    this.#child.stdin.end()
    await this.#ended
  }

  async #answer<Answer>(): Promise<Answer> {
    const { value, done } = await this.#answers.next()
    if (done) {
      const [code, signal] = await this.#ended
      throw new Error(`bench/${this.#name} ended without an answer (${signal ?? `exit code ${code}`})`)
    }
    return JSON.parse(value) as Answer
  }
}

/** Runs a TypeScript program of this folder to its end; returns the one JSON line that it prints. */
export async function runProgram<Answer>(
  program: string,
  args: readonly (string | number)[],
): Promise<Answer> {
  const { process: child, ready } = await StepProcess.start<Answer>(process.execPath, program, args)
  await child.close()
  return ready
}

/** The first Python that can import torch: $PYTHON, the system's, the one in PATH; null when none can. */
export function findPythonTorch(): string | null {
  const candidates = [process.env.PYTHON, '/usr/bin/python3', 'python3'].filter((each) => each !== undefined)
  return (
    candidates.find((each) => spawnSync(each, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0) ??
    null
  )
}
