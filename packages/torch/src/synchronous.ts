// Regions (a scope, noGrad, autocast) end when their function returns: an asynchronous one returns at its first await,
// and the rest of it would run outside, with other code inside.

/** Throws TypeError when what the function of a region returned is a promise. */
export function refusePromise(region: string, result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | null | undefined)?.then !== 'function') return
  // Its own failure, for instance of a tensor that is freed by now, has nobody else to go to.
  Promise.resolve(result).catch(() => {})
  throw new TypeError(`${region} needs a synchronous function: await outside, and open one for each step`)
}
