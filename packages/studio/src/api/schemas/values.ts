// The small values that inputs and outputs are made of.

import { z } from 'zod'

/** SHA-256 of an image's content: images are known by it, never by a path. */
export const imageId = z.string().regex(/^[0-9a-f]{64}$/)
/** Made by whoever asks, so that what is sent twice is done once. */
export const uuid = z.uuid()
export const classId = z.string().regex(/^c-[0-9a-z-]{1,64}$/)
export const taskId = z.string().regex(/^[0-9]{1,9}-[0-9a-f]{64}$/)
export const personId = z.string().regex(/^p-[0-9a-z-]{1,64}$/)
export const jobId = z.string().regex(/^j-[0-9a-z-]{1,64}$/)
export const name = z.string().min(1).max(128)
export const note = z.string().max(1000)
export const share = z.number().min(0).max(1)
export const count = z.int().min(0)
/** Milliseconds since 1970. */
export const time = z.int()
export const round = z.coerce.number().int().min(1).max(999_999_999)
export const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual)
export const offset = z.coerce.number().int().min(0).max(10_000_000).default(0)

export const ok = z.strictObject({ ok: z.literal(true) })
/** For a route whose response is no JSON. */
export const none = undefined
