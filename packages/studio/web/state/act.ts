// Does what a button asks for, and says so when it cannot be done.

import { messageOf } from './api.ts'
import { say } from './toasts.ts'

/** Whether it was done. */
export async function act(work: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await work()
  } catch (error) {
    say(messageOf(error), 'bad')
    return false
  }
  if (done !== undefined) say(done, 'good')
  return true
}
