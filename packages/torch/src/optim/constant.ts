// The rate stays what it is.

import type { Schedule } from './schedule.ts'

export function constant(): Schedule {
  return () => 1
}
