// A run in a process of its own, for tests that kill it: node train.fixture.ts <folder> <configuration as JSON>. It ends
// as the command does.

import { reportFailure } from '../cli/failure.ts'
import { parseRunConfig } from '../run-config.ts'
import { train } from './train.ts'

try {
  await train(parseRunConfig(JSON.parse(process.argv[3]!)), process.argv[2]!, { json: true })
} catch (error) {
  process.exitCode = reportFailure(error, false)
}
