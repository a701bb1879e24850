// What is done to a store without opening the application.

import fs from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { ConfigError } from 'oltr/exploration'
import { FORMATS, type Format } from '../api/schemas.ts'
import { Studio } from '../server/context.ts'
import { exportStream } from '../server/export-answers.ts'
import { importAnswers } from '../server/import-answers.ts'
import { SYSTEM } from '../server/open-rounds.ts'
import { RunFacts } from '../server/run-facts.ts'
import { backupStore, moveStore, restoreBackup } from '../store/backup.ts'
import { verifyStore } from '../store/integrity.ts'
import { Store } from '../store/store.ts'
import { storePlace } from './store-place.ts'

async function withStore<T>(run: string, action: (studio: Studio) => Promise<T>): Promise<T> {
  const facts = new RunFacts(run)
  const store = await Store.open(storePlace(run))
  try {
    return await action(new Studio(store, facts))
  } finally {
    await store.close()
  }
}

export function exportTo(run: string, format: string, file: string): Promise<void> {
  return withStore(run, async (studio) => {
    const partial = `${file}.partial-${process.pid}`
    try {
      await pipeline(exportStream(studio, checked(format)), fs.createWriteStream(partial, { flush: true }))
      fs.renameSync(partial, file)
    } finally {
      fs.rmSync(partial, { force: true })
    }
    console.log(`written: ${file}`)
  })
}

export function importFrom(run: string, file: string, format: string): Promise<void> {
  return withStore(run, async (studio) => {
    const result = await importAnswers(studio, checked(format), fs.createReadStream(file), SYSTEM)
    for (const problem of result.problems) console.error(problem)
    console.log(
      `${result.answers} answers taken in, ${result.repeated} were here already, ${result.newClasses} new classes, ${result.settled} images settled`,
    )
  })
}

export function backup(run: string, file: string): Promise<void> {
  return withStore(run, async ({ store }) => {
    const { events, sha256 } = await backupStore(store, file)
    console.log(`${events} events in ${file}, SHA-256 ${sha256}, checked`)
  })
}

export async function restore(run: string, file: string): Promise<void> {
  new RunFacts(run)
  const { events } = await restoreBackup(file, storePlace(run))
  console.log(`${events} events are back, checked`)
}

export function verify(run: string): Promise<void> {
  return withStore(run, async ({ store }) => {
    const { events, hash, state } = await verifyStore(store)
    console.log(
      `${events} events, as they were written (chain ${hash.slice(0, 16)}, state ${state.slice(0, 16)})`,
    )
  })
}

export function move(run: string, place: string): Promise<void> {
  return withStore(run, async ({ store }) => {
    const { events } = await moveStore(store, place)
    console.log(`${events} events copied and compared; the old store is still there`)
  })
}

function checked(format: string): Format {
  const found = FORMATS.find((each) => each === format)
  if (!found) throw new ConfigError('format', format, `expected ${FORMATS.join(', ')}`)
  return found
}
