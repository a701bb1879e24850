// What the store refuses, each with the sentence that a person reads. The server turns them into statuses.

/** Somebody asked for what cannot be: the input is at fault. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly reason: 'invalid' | 'missing' | 'forbidden' | 'conflict'
  constructor(reason: RefusedError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

/** The disk is full, or cannot be written: nothing was kept, and it can be tried again. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError'
}

/** Another process has the store open. */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError'
}

/** The store's content was changed by other hands, or by the disk. */
export class StoreDamagedError extends Error {
  override readonly name = 'StoreDamagedError'
}
