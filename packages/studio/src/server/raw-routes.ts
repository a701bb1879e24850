// Routes whose answer is no JSON: coming in and leaving (cookies), images, files, and the stream of changes.

import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RouteName } from '../api/paths.ts'
import type { Format, Received } from '../api/schemas.ts'
import { formats } from '../formats/formats.ts'
import { RefusedError } from '../store/errors.ts'
import { closeSession, openSession } from '../store/people.ts'
import { missing } from '../store/store.ts'
import type { Studio } from './context.ts'
import { exportStream } from './export-answers.ts'
import { FailedTries } from './failed-tries.ts'
import { leaveNothing, Refusal, SESSION_COOKIE } from './guards.ts'
import { importAnswers } from './import-answers.ts'
import { Live } from './live.ts'

export type RawRoutes = Partial<
  Record<RouteName, (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>>
>

export function rawRoutes(
  studio: Studio,
  { secure }: { secure: boolean },
): { routes: RawRoutes; close: () => void } {
  const { store } = studio
  const live = new Live(store)
  const tries = new FailedTries()
  const cookies = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const
  return {
    close: () => live.close(),
    routes: {
      async openSession(request, reply) {
        const { token } = request.body as Received<'openSession'>['body']
        const opened = await tries.try(request.ip, () => openSession(store, token))
        if (opened === 'too-often') throw new Refusal(429, 'too many links that do not hold: wait a minute')
        if (opened === null) throw new Refusal(401, 'this link does not hold: ask for a new one')
        // The session that the browser had ends: nobody can make somebody else use one that they know.
        const before = request.cookies[SESSION_COOKIE]
        if (before !== undefined) {
          await closeSession(store, before)
          leaveNothing(reply)
        }
        reply.setCookie(SESSION_COOKIE, opened.session, { ...cookies, maxAge: 30 * 86_400 })
        return opened.person
      },

      async closeSession(request, reply) {
        await closeSession(store, request.cookies[SESSION_COOKIE]!)
        reply.clearCookie(SESSION_COOKIE, cookies)
        leaveNothing(reply)
        return { ok: true }
      },

      async live(request, reply) {
        if (!live.open(reply, request.cookies[SESSION_COOKIE]!))
          throw new Refusal(429, 'too many pages are open')
        return reply
      },

      async image(request, reply) {
        const { image } = request.params as Received<'image'>['params']
        const { size } = request.query as Received<'image'>['query']
        const found = await (size === 'small' ? studio.images.small(image) : studio.images.whole(image))
        if (found === null) throw missing('image', image)
        // The id is the content: it never changes.
        reply.header('cache-control', 'private, max-age=31536000, immutable')
        return reply.type(found.mediaType).send(found.bytes)
      },

      async exportData(request, reply) {
        const { format } = request.query as { format: Format }
        const { extension, mediaType } = formats[format]
        reply.header('content-disposition', `attachment; filename="answers.${extension}"`)
        return reply.type(mediaType).send(exportStream(studio, format))
      },

      async importData(request) {
        const { format } = request.query as { format: Format }
        return importAnswers(studio, format, Readable.from(onlyFile(request)), request.person!.id)
      },
    },
  }
}

/** The bytes of the file that a form brings. Throws at their end where they were cut off, or where another file follows. */
async function* onlyFile(request: FastifyRequest): AsyncGenerator<Buffer> {
  const parts = request.isMultipart() ? request.parts() : null
  let part = await parts?.next()
  while (part?.value?.type === 'field') part = await parts!.next()
  if (!part?.value)
    throw new RefusedError('invalid', 'a file is needed, as the part `file` of a multipart body')
  const { file } = part.value
  yield* file
  if (file.truncated) throw new request.server.multipartErrors.RequestFileTooLargeError()
  // A second file is over the limit, which says so itself.
  while (!(await parts!.next()).done);
}
