import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { onBoth } from './databases.fixture.ts'
import { verifyStore } from './integrity.ts'
import { openRound } from './round.fixture.ts'
import { Store } from './store.ts'

const FULL = process.env.STUDIO_FULL === '1'
const OPENING = fileURLToPath(new URL('./opening.fixture.ts', import.meta.url))

onBoth('a process killed while it makes the tables leaves a store that opens', async (t, database) => {
  const [kills, longest] = database.name === 'SQLite' ? [FULL ? 40 : 6, 150] : [FULL ? 20 : 3, 500]
  let [before, after] = [0, 0]
  for (let kill = 0; kill < kills; kill++) {
    const place = await database.place(t)
    const child = spawn(process.execPath, [OPENING, place], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    createInterface({ input: child.stdout }).on('line', (line) => {
      said = line
      // From at once to about when it is done.
      if (line === 'ready') setTimeout(() => child.kill('SIGKILL'), (kill * longest) / kills)
    })
    await new Promise((resolve) => child.on('close', resolve))
    if (said === 'open') after++
    else before++
    const store = await Store.open(place)
    await openRound(store, 3)
    await verifyStore(store)
    await store.close()
  }
  t.diagnostic(`${before} killed before the tables were there, ${after} after`)
})

onBoth('a store that a newer studio wrote is refused, and left as it is', async (t, database) => {
  const place = await database.place(t)
  const store = await Store.open(place)
  await sql`update studio_schema set version = 99`.execute(store.db)
  await store.close()
  for (let time = 0; time < 2; time++)
    await assert.rejects(Store.open(place), { name: 'RangeError', message: /schema 99.*use a newer studio/ })
})

onBoth('servers that open an empty database at once make one store', async (t, database) => {
  const place = await database.place(t)
  // A SQLite file belongs to one process; within it, to one store.
  const servers = await Promise.allSettled(Array.from({ length: 5 }, () => Store.open(place)))
  const stores = servers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  t.after(() => Promise.all(stores.map((one) => one.close())))
  assert.equal(stores.length, database.name === 'PostgreSQL' ? 5 : 1)
  for (const one of servers)
    if (one.status === 'rejected') assert.equal((one.reason as Error).name, 'StoreBusyError')
  await openRound(stores[0]!, 3)
  await verifyStore(stores.at(-1)!)
})
