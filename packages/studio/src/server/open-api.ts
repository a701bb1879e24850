// The document of all routes, made when somebody first asks for it: few do, and starting must not wait for it.

import fastify from 'fastify'
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { paths, type RouteName } from '../api/paths.ts'
import { routeSchema } from './route-schema.ts'

let made: Promise<object> | null = null

/** OpenAPI 3.1. */
export function openApi(): Promise<object> {
  made ??= document()
  return made
}

async function document(): Promise<object> {
  const { default: swagger } = await import('@fastify/swagger')
  const app = fastify()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'The studio',
        version: '0.1.0',
        description: 'Where people name what a model does not know. `x-role` says who may call a route.',
      },
    },
    transform: jsonSchemaTransform,
  })
  // In a plugin of its own, so that swagger sees the routes.
  await app.register(async (inside) => {
    for (const [name, { method, path: url }] of Object.entries(paths))
      inside.route({ method, url, schema: routeSchema(name as RouteName), handler: async () => {} })
  })
  await app.ready()
  return app.swagger()
}
