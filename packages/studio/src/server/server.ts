// The server: every route of api/paths.ts with its schemas, its role and its handler, and the built web application.

import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import multipart from '@fastify/multipart'
import rateLimit from '@fastify/rate-limit'
import files from '@fastify/static'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { paths, type RouteName } from '../api/paths.ts'
import { schemas } from '../api/schemas.ts'
import { DEEPEST, isTooDeep } from '../formats/json-depth.ts'
import { RefusedError } from '../store/errors.ts'
import type { Asked, Handlers, Studio } from './context.ts'
import { statusOf } from './failures.ts'
import { checkOrigin, checkRole } from './guards.ts'
import { classes } from './handlers/classes.ts'
import { data } from './handlers/data.ts'
import { images } from './handlers/images.ts'
import { labelling } from './handlers/labelling.ts'
import { model } from './handlers/model.ts'
import { people } from './handlers/people.ts'
import { project } from './handlers/project.ts'
import { review } from './handlers/review.ts'
import { openApi } from './open-api.ts'
import { type RawRoutes, rawRoutes } from './raw-routes.ts'
import { routeSchema } from './route-schema.ts'

export interface ServerOptions {
  /** Names by which it may be asked for, without ports. */
  readonly hosts: readonly string[]
  /** Folder of the built web application; null serves the routes alone. */
  readonly web: string | null
  /** Whether cookies are for HTTPS only. */
  readonly secure?: boolean
  readonly logger?: boolean
}

const BODY = 65_536
const UPLOAD = 20 * 1024 * 1024
/** Requests of one address in a minute: many people may sit behind one. */
const PER_MINUTE = 6000
const HANDLERS = { ...project, ...people, ...labelling, ...classes, ...review, ...images, ...model, ...data }

/** Made, not started: `inject` asks it without a socket. */
export async function createServer(studio: Studio, options: ServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: BODY,
    logger: options.logger ?? false,
    // Who sends a request slower than this is not a person.
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 10_000,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    http: { connectionsCheckingInterval: 1000 },
    // An address that cannot be read gets no further than here.
    frameworkErrors: (error, _request, reply) => {
      const { status, body } = statusOf(error)
      const headers = {
        'content-type': 'application/json',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
      }
      reply.raw.writeHead(status, headers).end(JSON.stringify(body))
    },
  })
  app.server.headersTimeout = 10_000
  app.server.maxConnections = 12_000
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  const hosts = new Set(options.hosts)
  app.decorateRequest('person', null)
  app.addHook('onRequest', async (request) => checkOrigin(request, hosts))
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'blob:', 'data:'],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        workerSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: options.secure ? undefined : false,
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
  })
  await app.register(cookie)
  await app.register(rateLimit, { max: PER_MINUTE, timeWindow: 60_000 })
  await app.register(multipart, { limits: { fileSize: UPLOAD, files: 1, fields: 4, parts: 8 } })
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (isTooDeep(text as string))
      done(new RefusedError('invalid', `expected JSON nested at most ${DEEPEST} deep`))
    else parse(request, text as string, done)
  })
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = statusOf(error)
    if (status === 500) request.log.error(error)
    void reply.status(status).type('application/json').send(JSON.stringify(body))
  })
  app.setNotFoundHandler((_request, reply) => {
    void reply.status(404).send({ error: 'missing', message: 'there is nothing here' })
  })
  // In a plugin of its own: what was registered above has then been set up, and counts the requests of each.
  await app.register(async (inside) => {
    const raw = rawRoutes(studio, { secure: options.secure ?? false })
    inside.addHook('onClose', async () => raw.close())
    for (const name of Object.keys(paths) as RouteName[]) addRoute(inside, studio, name, raw.routes)
    inside.get('/api/openapi.json', async (request, reply) => {
      await checkRole(studio.store, request, reply, 'annotator')
      return openApi()
    })
  })
  if (options.web !== null)
    await app.register(files, {
      root: options.web,
      index: 'index.html',
      dotfiles: 'deny',
      setHeaders: (reply, file) => {
        reply.header(
          'cache-control',
          /\/assets\//.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache',
        )
      },
    })
  return app
}

function addRoute(app: FastifyInstance, studio: Studio, name: RouteName, raw: RawRoutes): void {
  const { method, path: url, role } = paths[name]
  const takesBody = 'body' in schemas[name]
  app.route({
    method,
    url,
    schema: routeSchema(name),
    ...(name === 'giveAnswers' || name === 'splitClass' ? { bodyLimit: 16 * BODY } : {}),
    // Before the body is read: who may not ask is told so, whatever they sent.
    preParsing: async (request, reply, payload) => {
      await checkRole(studio.store, request, reply, role)
      return payload
    },
    preValidation: async ({ body }) => {
      if (!takesBody && body !== undefined && body !== null)
        throw new RefusedError('invalid', 'expected no body, or a file')
    },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      reply.header('cache-control', 'no-store')
      const own = raw[name]
      if (own) return own(request, reply)
      const handler = (HANDLERS as Partial<Handlers<RouteName>>)[name] as unknown as (
        studio: Studio,
        input: unknown,
        asked: Asked,
      ) => Promise<unknown>
      const { params, query, body } = request
      return handler(studio, { params, query, body }, { person: request.person! })
    },
  })
}
