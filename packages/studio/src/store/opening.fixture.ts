// A process that opens a store, for a test that kills it meanwhile: node opening.fixture.ts <store>

import fs from 'node:fs'
import { Store } from './store.ts'

fs.writeSync(1, 'ready\n')
const store = await Store.open(process.argv[2]!)
fs.writeSync(1, 'open\n')
await store.close()
