// A loop in a process of its own, for tests that kill it: node loop.fixture.ts <run> <folder> <settings as JSON>. It ends as
// the command does.

import { reportFailure } from '../cli/failure.ts'
import { runLoop } from './loop.ts'
import { parseLoopConfig } from './loop-config.ts'

try {
  await runLoop(process.argv[2]!, process.argv[3]!, parseLoopConfig(JSON.parse(process.argv[4]!)), {
    json: true,
  })
} catch (error) {
  process.exitCode = reportFailure(error, false)
}
